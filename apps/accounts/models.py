"""People, what they may do, and the tokens their programs use."""

from typing import ClassVar

from django.contrib.auth.base_user import AbstractBaseUser, BaseUserManager
from django.contrib.auth.validators import UnicodeUsernameValidator
from django.db import models
from django.utils import timezone

DEFAULT_DISPLAY_NAME = "游客用户"
DEFAULT_BIO = "这个人很懒，没有留下简介"


class Role(models.TextChoices):
    """What a person may do in the whole system; each role includes the ones before it."""

    VIEWER = "viewer"  # looks at the projects they are a member of
    OPERATOR = "operator"  # makes projects, uploads, runs
    ENGINEER = "engineer"  # and looks after detectors and the system page
    ADMIN = "admin"  # and after people; sees every project

    @property
    def rank(self) -> int:
        return list(Role).index(self)


class UserManager(BaseUserManager["User"]):
    def create_user(self, username: str, password: str | None = None, **fields: object) -> "User":
        user = self.model(username=self.model.normalize_username(username), **fields)
        user.set_password(password)
        user.save(using=self._db)
        return user


class User(AbstractBaseUser):
    username_validator = UnicodeUsernameValidator()

    username = models.CharField(max_length=150, unique=True, validators=[username_validator])
    display_name = models.CharField(max_length=50, default=DEFAULT_DISPLAY_NAME)
    bio = models.CharField(max_length=200, default=DEFAULT_BIO, blank=True)
    remark = models.CharField(max_length=200, default="", blank=True)
    role = models.CharField(max_length=16, choices=Role.choices, default=Role.VIEWER)
    is_active = models.BooleanField(default=True)
    date_joined = models.DateTimeField(default=timezone.now)

    USERNAME_FIELD = "username"
    REQUIRED_FIELDS: ClassVar[list[str]] = []
    objects = UserManager()

    class Meta:
        ordering = ["username"]

    def __str__(self) -> str:
        return self.username

    @property
    def record_name(self) -> str:
        """Who it was, in a record: several people may be called the same."""
        name, username = self.display_name, self.username
        return f"{name} ({username})" if name and name != username else username

    def has_role(self, role: Role) -> bool:
        return Role(self.role).rank >= role.rank


class ApiToken(models.Model):
    """A program's key. Only its digest is kept; the key itself is shown once."""

    user = models.ForeignKey(User, on_delete=models.CASCADE, related_name="api_tokens")
    name = models.CharField(max_length=100)
    prefix = models.CharField(max_length=8)
    digest = models.CharField(max_length=64, unique=True)
    created_at = models.DateTimeField(auto_now_add=True)
    expires_at = models.DateTimeField()
    last_used_at = models.DateTimeField(null=True, blank=True)
    revoked_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        ordering = ["-created_at"]

    def __str__(self) -> str:
        return f"{self.name} ({self.prefix}…)"
