"""L'administration de Django, servie par le site du support."""

from django.contrib.admin.apps import AdminConfig


class Administration(AdminConfig):
    default_site = "accounts.site.SiteDuSupport"
