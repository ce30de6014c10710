"""What a role opens."""

from typing import ClassVar

from rest_framework.permissions import BasePermission
from rest_framework.request import Request
from rest_framework.views import APIView

from apps.accounts.models import Role


class _RoleAtLeast(BasePermission):
    role: ClassVar[Role]

    def has_permission(self, request: Request, view: APIView) -> bool:
        return request.user.is_authenticated and request.user.has_role(self.role)


class IsOperator(_RoleAtLeast):
    role = Role.OPERATOR
    message = "This is for operators and above."


class IsEngineer(_RoleAtLeast):
    role = Role.ENGINEER
    message = "This is for engineers and above."


class IsAdministrator(_RoleAtLeast):
    role = Role.ADMIN
    message = "This is for administrators."
