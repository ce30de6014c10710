"""Reading people and tokens."""

from django.db.models import Count, Q, QuerySet

from apps.accounts.models import ApiToken, User
from apps.common.errors import Invalid, NotFound


def users_all() -> QuerySet[User]:
    """Everybody, with the number of projects they own."""
    owned = Q(owned_projects__deleted_at=None)
    counted = User.objects.annotate(project_count=Count("owned_projects", filter=owned))
    return counted.order_by("username")


def user_get(id: int) -> User:
    user = users_all().filter(pk=id).first()
    if user is None:
        raise NotFound("There is no such user.")
    return user


def person_get(reference: int | str, *, field: str) -> User:
    """The active person that the field of a request names by id or by user name."""
    if isinstance(reference, int):
        user = User.objects.filter(pk=reference).first()
    else:
        user = user_by_name(reference)
    if user is None or not user.is_active:
        message = "There is no such user."
        raise Invalid(message, fields={field: [message]})
    return user


def user_by_name(username: str) -> User | None:
    """Upper and lower case are the same name; accents are not, whatever the database thinks."""
    name = User.normalize_username(username)
    candidates = User.objects.filter(username__iexact=name)
    return next((user for user in candidates if _same_name(user.username, name)), None)


def _same_name(one: str, other: str) -> bool:
    return one.casefold() == other.casefold()


def people_lookup(text: str, *, limit: int = 10) -> QuerySet[User]:
    """Active people whose name contains the text."""
    matches = Q(username__icontains=text) | Q(display_name__icontains=text)
    return User.objects.filter(matches, is_active=True)[:limit]


def tokens_of(user: User) -> QuerySet[ApiToken]:
    """Not revoked; an expired one stays in sight."""
    return ApiToken.objects.filter(user=user, revoked_at=None)
