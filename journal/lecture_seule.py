"""L'administration de ce qui ne se change pas à la main."""

from typing import Any

from django.contrib import admin
from django.db.models import Model
from django.http import HttpRequest


class LectureSeule(admin.ModelAdmin[Any]):
    """Le support lit et cherche ; l'état ne change que par les services, que ses actions appellent."""

    def has_add_permission(self, request: HttpRequest) -> bool:
        return False

    def has_change_permission(self, request: HttpRequest, obj: Model | None = None) -> bool:
        return False

    def has_delete_permission(self, request: HttpRequest, obj: Model | None = None) -> bool:
        return False
