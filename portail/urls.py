"""Toutes les adresses du portail."""

from django.conf import settings
from django.contrib import admin
from django.contrib.auth.decorators import login_not_required
from django.urls import URLPattern, include, path
from django.views.generic import TemplateView

from portail import views


def page_publique(nom: str) -> URLPattern:
    """« mentions_legales » : /mentions-legales/, templates/portail/mentions_legales.html."""
    vue = login_not_required(TemplateView.as_view(template_name=f"portail/{nom}.html"))
    return path(f"{nom.replace('_', '-')}/", vue, name=nom)


urlpatterns = [
    path("", views.accueil, name="accueil"),
    path("couleurs.css", views.couleurs, name="couleurs"),
    path("sante/", views.sante, name="sante"),
    page_publique("mentions_legales"),
    page_publique("donnees_personnelles"),
    page_publique("accessibilite"),
    page_publique("conditions"),
    page_publique("plan_du_site"),
    page_publique("aide"),
    path("captcha/", include("accounts.urls_captcha")),
    path("", include("accounts.urls")),
    path("", include("habilitations.urls")),
    path("structures/", include("structures.urls")),
    path("camsp-cmpp/", include("depot.urls")),
    path("admin/", admin.site.urls),
]
if settings.DEMO:
    urlpatterns.append(path("demo/courriels/", include("courriels.urls")))
