"""Shapes of people and tokens."""

from rest_framework import serializers

from apps.accounts.models import ApiToken, Role, User
from apps.common.fields import CleanCharField

PASSWORD_MAX_LENGTH = 256


class PasswordField(serializers.CharField):
    """Kept as typed; the length is bounded because hashing costs."""

    def __init__(self) -> None:
        super().__init__(max_length=PASSWORD_MAX_LENGTH, trim_whitespace=False, write_only=True)


class PersonBriefSerializer(serializers.ModelSerializer[User]):
    class Meta:
        model = User
        fields = ["id", "username", "display_name"]
        read_only_fields = fields


class UserSerializer(serializers.ModelSerializer[User]):
    project_count = serializers.IntegerField(read_only=True)

    class Meta:
        model = User
        fields = [
            "id",
            "username",
            "display_name",
            "bio",
            "role",
            "remark",
            "is_active",
            "date_joined",
            "last_login",
            "project_count",
        ]
        read_only_fields = fields


class QuotaSerializer(serializers.Serializer[dict[str, int]]):
    used_bytes = serializers.IntegerField(read_only=True)
    limit_bytes = serializers.IntegerField(read_only=True)


class MeSerializer(UserSerializer):
    quota = QuotaSerializer(read_only=True)

    class Meta(UserSerializer.Meta):
        fields = [*UserSerializer.Meta.fields, "quota"]
        read_only_fields = fields


class MeUpdateSerializer(serializers.Serializer[User]):
    display_name = CleanCharField(max_length=50, required=False)
    bio = CleanCharField(max_length=200, required=False, allow_blank=True)


class UserUpdateSerializer(MeUpdateSerializer):
    remark = CleanCharField(max_length=200, required=False, allow_blank=True)
    role = serializers.ChoiceField(choices=Role.choices, required=False)
    is_active = serializers.BooleanField(required=False)


class UserCreateSerializer(MeUpdateSerializer):
    username = CleanCharField(max_length=150, validators=[User.username_validator])
    password = PasswordField()
    remark = CleanCharField(max_length=200, required=False, allow_blank=True)
    role = serializers.ChoiceField(choices=Role.choices, default=Role.VIEWER)


class LoginSerializer(serializers.Serializer[User]):
    username = serializers.CharField(max_length=150, write_only=True)
    password = PasswordField()


class PasswordChangeSerializer(serializers.Serializer[User]):
    current_password = PasswordField()
    new_password = PasswordField()


class PasswordResetSerializer(serializers.Serializer[User]):
    new_password = PasswordField()


class TokenSerializer(serializers.ModelSerializer[ApiToken]):
    class Meta:
        model = ApiToken
        fields = ["id", "name", "prefix", "created_at", "expires_at", "last_used_at"]
        read_only_fields = fields


class NewTokenSerializer(TokenSerializer):
    token = serializers.CharField(read_only=True, help_text="The key itself, shown this once.")

    class Meta(TokenSerializer.Meta):
        fields = [*TokenSerializer.Meta.fields, "token"]
        read_only_fields = fields


class TokenCreateSerializer(serializers.Serializer[ApiToken]):
    username = serializers.CharField(max_length=150, required=False)
    password = serializers.CharField(
        max_length=PASSWORD_MAX_LENGTH, trim_whitespace=False, required=False
    )
    name = CleanCharField(max_length=100)
    expires_in_days = serializers.IntegerField(min_value=1, max_value=730, default=90)
