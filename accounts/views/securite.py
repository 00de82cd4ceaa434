"""« Mon compte », onglet « Sécurité » : ajouter, renommer, retirer ses seconds facteurs."""

from base64 import b32encode
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any
from urllib.parse import quote

import segno
from django.conf import settings
from django.contrib import messages
from django.http import Http404, HttpResponse, HttpResponseRedirect
from django.shortcuts import redirect, render, resolve_url
from django.urls import reverse
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_GET, require_POST
from django_otp.plugins.otp_totp.models import TOTPDevice

from accounts import services, sessions, sms
from accounts.connexion_forte import noter_mot_de_passe_donne, preuve_recente, renforcer, reporter_la_force
from accounts.durees import en_mots
from accounts.enums import GenreFacteur
from accounts.erreurs import GesteRefuse
from accounts.forms import CodeForm, MotDePasseForm, NomDeFacteurForm, TelephoneForm
from accounts.limites import Porte
from accounts.queries import (
    Facteur,
    codes_de_secours_restants,
    facteur_a_activer,
    facteur_tenu,
    facteurs,
    sessions_ouvertes,
)
from accounts.views.commun import (
    Requete,
    avec_suite,
    compter_le_mot_de_passe,
    lire_ou_ecrire,
    refus_au_formulaire,
    suite_demandee,
)
from accounts.views.verification import annoncer_l_envoi, code_accepte


@require_GET
def securite(request: Requete) -> HttpResponse:
    contexte = {
        "facteurs": facteurs(request.user),
        "codes_restants": codes_de_secours_restants(request.user),
        "sessions": sessions_ouvertes(request.user),
        "courante": sessions.numero(request),
    }
    return render(request, "accounts/securite/securite.html", contexte)


@lire_ou_ecrire
@sensitive_post_parameters("mot_de_passe")
def redonner_mot_de_passe(request: Requete) -> HttpResponse:
    compter_le_mot_de_passe(request, request.user)
    form = MotDePasseForm(request.POST or None, personne=request.user)
    if request.method == "POST" and form.is_valid():
        services.effacer_tentative(porte=Porte.MOT_DE_PASSE, sujet=request.user)
        services.consigner_mot_de_passe_verifie(acteur=request.user)
        noter_mot_de_passe_donne(request)
        return HttpResponseRedirect(suite_demandee(request) or reverse("accounts:securite"))
    if request.method == "POST":
        services.consigner_mot_de_passe_refuse(acteur=request.user)
    contexte = {"form": form, "duree": en_mots(settings.DUREE_PREUVE_RECENTE)}
    return render(request, "accounts/securite/mot_de_passe.html", contexte)


@preuve_recente
@require_GET
def ajouter(request: Requete) -> HttpResponse:
    genres = {facteur.genre for facteur in facteurs(request.user)}
    contexte = {
        "suite": suite_demandee(request),
        "premier": not genres,
        "courriel_possible": GenreFacteur.COURRIEL not in genres,
        "sms_possible": sms.disponible(),
    }
    return render(request, "accounts/securite/ajouter.html", contexte)


@preuve_recente
@require_POST
def ajouter_application(request: Requete) -> HttpResponse:
    appareil = services.commencer_application(acteur=request.user)
    return avec_suite(request, "accounts:activer_facteur", f"{GenreFacteur.APPLICATION}-{appareil.pk}")


@preuve_recente
@require_POST
def ajouter_courriel(request: Requete) -> HttpResponse:
    return _commencer_message(request, GenreFacteur.COURRIEL)


@preuve_recente
@lire_ou_ecrire
def ajouter_sms(request: Requete) -> HttpResponse:
    if not sms.disponible():
        raise Http404
    form = TelephoneForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        return _commencer_message(request, GenreFacteur.SMS, form.cleaned_data["telephone"])
    return render(request, "accounts/securite/sms.html", {"form": form})


def _commencer_message(request: Requete, canal: GenreFacteur, telephone: str = "") -> HttpResponse:
    try:
        commence = services.commencer_message(acteur=request.user, canal=canal, telephone=telephone)
    except GesteRefuse as refus:
        messages.error(request, str(refus))
        return redirect("accounts:securite")
    reference = f"{canal}-{commence.pk}"
    annoncer_l_envoi(request, request.user, _a_activer(request, reference))
    return avec_suite(request, "accounts:activer_facteur", reference)


@preuve_recente
@lire_ou_ecrire
@sensitive_post_parameters("code")
def activer(request: Requete, reference: str) -> HttpResponse:
    facteur = _a_activer(request, reference)
    form = CodeForm(request.POST or None, genre=facteur.genre, envoi="Activer")
    with refus_au_formulaire(form) as refus:
        if request.method == "POST" and code_accepte(request, request.user, facteur, form, services.activer_facteur):
            renforcer(request, request.user, facteur.reference)
            return HttpResponseRedirect(apres_l_ajout(request, facteur))
    contexte = {"form": form, "facteur": facteur, "suite": suite_demandee(request)} | _code_qr(facteur)
    return refus.marquer(render(request, "accounts/securite/activer.html", contexte))


@preuve_recente
@require_POST
def renvoyer(request: Requete, reference: str) -> HttpResponse:
    annoncer_l_envoi(request, request.user, _a_activer(request, reference))
    return avec_suite(request, "accounts:activer_facteur", reference)


def apres_l_ajout(request: Requete, facteur: Facteur) -> str:
    """Annonce l'ajout ; rend l'adresse où allait la personne, sinon celle des codes de secours s'il en manque."""
    suite, restants = suite_demandee(request), codes_de_secours_restants(request.user)
    conseil = "" if restants else " Créez maintenant des codes de secours, pour le jour où vous ne l'aurez plus."
    if suite and not restants:
        conseil = " Pensez à créer des codes de secours dans « Mon compte », à l'onglet « Sécurité »."
    messages.success(request, f"« {facteur.nom} » est activé : il vous sera demandé après votre mot de passe.{conseil}")
    _proposer_de_fermer_les_autres(request)
    return suite or resolve_url("accounts:securite" if restants else "accounts:codes_de_secours")


@preuve_recente
@lire_ou_ecrire
def renommer(request: Requete, reference: str) -> HttpResponse:
    facteur = _tenu(request, reference)
    form = NomDeFacteurForm(request.POST or None, initial={"nom": facteur.nom})
    if request.method == "POST" and form.is_valid():
        nom = form.cleaned_data["nom"]
        with _refus_en_message(request):
            services.renommer_facteur(acteur=request.user, facteur=facteur, nom=nom)
            messages.success(request, f"Ce moyen de vérification s'appelle maintenant « {nom} ».")
        return redirect("accounts:securite")
    return render(request, "accounts/securite/renommer.html", {"form": form, "facteur": facteur})


@preuve_recente
@lire_ou_ecrire
def retirer(request: Requete, reference: str) -> HttpResponse:
    facteur = _tenu(request, reference)
    if request.method == "POST":
        with _refus_en_message(request):
            services.retirer_facteur(acteur=request.user, facteur=facteur)
            reporter_la_force(request, request.user)
            messages.success(request, f"« {facteur.nom} » est retiré. Un courriel vous le confirme.")
            _proposer_de_fermer_les_autres(request)
        return redirect("accounts:securite")
    contexte = {"facteur": facteur, "dernier": len(facteurs(request.user)) == 1}
    return render(request, "accounts/securite/retirer.html", contexte)


@preuve_recente
@lire_ou_ecrire
def codes_de_secours(request: Requete) -> HttpResponse:
    """Les codes ne se lisent que dans la réponse qui les crée : le portail ne les garde pas."""
    if not facteurs(request.user):
        return redirect("accounts:ajouter_facteur")
    codes = services.creer_codes_de_secours(acteur=request.user) if request.method == "POST" else []
    contexte = {
        "codes": codes,
        "fichier": "data:text/plain;charset=utf-8," + quote("\r\n".join(codes)),
        "restants": codes_de_secours_restants(request.user),
    }
    return render(request, "accounts/securite/codes_de_secours.html", contexte)


def _proposer_de_fermer_les_autres(request: Requete) -> None:
    if sessions_ouvertes(request.user).exclude(pk=sessions.numero(request)).exists():
        messages.info(
            request,
            "Vous êtes aussi en session sur un autre appareil : fermez cette session dans « Mon compte », à l'onglet "
            "« Sécurité », si ce n'est pas vous ou si vous n'en avez plus besoin.",
        )


@contextmanager
def _refus_en_message(request: Requete) -> Iterator[None]:
    """Le facteur retiré d'un autre onglet pendant qu'on lisait celui-ci."""
    try:
        yield
    except GesteRefuse as refus:
        messages.error(request, str(refus))


def _tenu(request: Requete, reference: str) -> Facteur:
    facteur = facteur_tenu(request.user, reference)
    if facteur is None:
        raise Http404
    return facteur


def _a_activer(request: Requete, reference: str) -> Facteur:
    facteur = facteur_a_activer(request.user, reference)
    if facteur is None:
        raise Http404
    return facteur


def _code_qr(facteur: Facteur) -> dict[str, Any]:
    """Le secret d'une application, en image et en lettres par groupes de quatre."""
    appareil = facteur.objet
    if not isinstance(appareil, TOTPDevice):
        return {}
    secret = b32encode(appareil.bin_key).decode()
    image = segno.make(appareil.config_url, error="m").svg_data_uri(scale=5, border=3, light="#fff")
    return {"code_qr": image, "secret": " ".join(secret[rang : rang + 4] for rang in range(0, len(secret), 4))}
