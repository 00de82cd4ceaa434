"""Toutes les adresses du portail."""

from django.conf import settings
from django.contrib import admin
from django.contrib.auth.decorators import login_not_required
from django.urls import URLPattern, include, path
from django.views.generic import TemplateView

from portail import views

handler400 = views.requete_incomprise
handler500 = views.erreur_interne


def page_publique(nom: str, **reglages: str | int) -> URLPattern:
    """« mentions_legales » : /mentions-legales/, templates/portail/mentions_legales.html."""
    vue = login_not_required(TemplateView.as_view(template_name=f"portail/{nom}.html", extra_context=reglages))
    return path(f"{nom.replace('_', '-')}/", vue, name=nom)


urlpatterns = [
    path("", views.accueil, name="accueil"),
    path("sante/", views.sante, name="sante"),
    page_publique("mentions_legales", adresse=settings.ORGANISATION_ADRESSE, hebergeur=settings.HEBERGEUR),
    page_publique(
        "donnees_personnelles",
        courriel_donnees=settings.COURRIEL_DONNEES,
        delai_anonymisation=settings.COMPTE_DELAI_ANONYMISATION_JOURS,
        inactif_jours=settings.COMPTE_INACTIF_JOURS,
        journal_mois=settings.JOURNAL_MOIS,
        courriel_jours=settings.COURRIEL_TEXTE_JOURS,
    ),
    page_publique("accessibilite"),
    page_publique("conditions", version=settings.CONDITIONS_VERSION),
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
