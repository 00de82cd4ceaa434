"""« Demande d'habilitation » en trois étapes ; le brouillon vit en base dès le profil choisi.

Les mêmes pages servent à la « Demande de création de compte », que sa session remplit sans être ouverte.
"""

from typing import Any

from django.contrib import messages
from django.contrib.auth.decorators import login_not_required
from django.contrib.auth.views import redirect_to_login
from django.db.models import Q, QuerySet
from django.http import Http404, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from accounts.enums import ETAPES_CREATION
from accounts.views.commun import CLE_POSTULANT
from habilitations import services
from habilitations.enums import NombreStructures, TypeDemande
from habilitations.erreurs import DemandeImpossible
from habilitations.forms import (
    MessageForm,
    NumeroForm,
    ProfilForm,
    RechercheApplicationForm,
    RechercheStructureForm,
    StructureForm,
    TypeStructureForm,
)
from habilitations.models import Application, Demande
from habilitations.queries import contenu, demandes_de, structures_choisies, type_de
from habilitations.views.communs import (
    Requete,
    envoi,
    postulant_de,
    retenir_la_demande,
    sur_brouillon,
    sur_brouillon_ou_reponse,
)
from structures.models import Structure, TypeStructure
from structures.queries import Reponse, de_la_liste, par_debut_de_numero, par_numero, rechercher

ETAPES = ETAPES_CREATION[1:]
APPLICATIONS, STRUCTURES, RECAPITULATIF = 1, 2, 3
RETOUR_AU_RECAPITULATIF = "retour=recapitulatif"

lire_ou_ecrire = require_http_methods(["GET", "HEAD", "POST"])


@require_GET
@sur_brouillon
def reprendre(request: Requete, demande: Demande) -> HttpResponse:
    """Mène à l'étape où la demande en est restée."""
    if demande.profil.nombre_structures != NombreStructures.AUCUNE and not demande.structures.all():
        return redirect("habilitations:structures", numero=demande.pk)
    return redirect("habilitations:recapitulatif", numero=demande.pk)


def _page(request: Requete, gabarit: str, etape: int, demande: Demande | None, **contexte: Any) -> HttpResponse:
    """Une étape, et ce qui change quand elle est celle d'une inscription : le titre, le pas de plus, l'identité."""
    postulant = postulant_de(request)
    parcours = "Demande de création de compte" if postulant else "Demande d'habilitation"
    commun = {
        "parcours": "Compléter ma demande" if demande and demande.complement_ouvert else parcours,
        "etapes": ETAPES_CREATION if postulant else ETAPES,
        "etape": etape + 1 if postulant else etape,
        "identite": postulant or request.user,
        "postulant": postulant,
        "demande": demande,
    }
    return render(request, gabarit, commun | contexte)


# --- Étape de l'inscription : identification -------------------------------------------------------------------------
@login_not_required
@require_GET
def identification(request: Requete) -> HttpResponse:
    if postulant_de(request) is None:
        return redirect("accounts:inscription_et_demande")
    return _page(request, "habilitations/etape_identification.html", APPLICATIONS - 1, None)


@lire_ou_ecrire
@sur_brouillon
def abandonner(request: Requete, demande: Demande) -> HttpResponse:
    """Quitte la demande d'une inscription : le compte, lui, attend toujours d'être confirmé."""
    if request.user.is_authenticated:
        return redirect("habilitations:annuler_demande", numero=demande.pk)
    if request.method != "POST":
        return render(request, "habilitations/annuler_demande.html", {"demande": demande})
    services.annuler(demande=demande, acteur=demande.demandeur)
    del request.session[CLE_POSTULANT]
    messages.success(request, "Votre demande commencée est abandonnée. Votre inscription, elle, est gardée.")
    return redirect("accounts:inscription_envoyee")


# --- Étape 1 : application et profil ---------------------------------------------------------------------------------
@login_not_required
@lire_ou_ecrire
def nouvelle_demande(request: Requete) -> HttpResponse:
    if request.user.is_authenticated:
        return _choix(request, None)
    postulant = postulant_de(request)
    if postulant is None:
        return redirect_to_login(request.get_full_path())
    if postulant.demande:
        return redirect("habilitations:reprendre", numero=postulant.demande)
    return _choix(request, None)


@lire_ou_ecrire
@sur_brouillon
def changer_profil(request: Requete, demande: Demande) -> HttpResponse:
    return _choix(request, demande)


def _choix(request: Requete, demande: Demande | None) -> HttpResponse:
    recherche = RechercheApplicationForm(request.GET)
    proposees = Application.objects.filter(ouverte=True, profils__ouvert=True).distinct()
    application = proposees.filter(profils=demande.profil).first() if demande else None
    if code := request.GET.get("application"):
        application = get_object_or_404(proposees, code=code)
    form = _form_profil(request, demande, application) if application else None
    if request.method == "POST" and form and form.is_valid():
        try:
            return _retenir_profil(request, demande, form)
        except DemandeImpossible as refus:
            form.add_error("profil", str(refus))
    q = request.GET.get("q", "").strip()
    commencees = demandes_de(request.user).brouillons() if demande is None and request.user.is_authenticated else []
    return _page(
        request,
        "habilitations/etape_applications.html",
        APPLICATIONS,
        demande,
        commencees=commencees,
        recherche=recherche,
        applications=proposees.filter(Q(nom__icontains=q) | Q(description__icontains=q)),
        q=q,
        application=application,
        form=form,
        suite=_depuis_le_recapitulatif(request, demande),
    )


def _depuis_le_recapitulatif(request: Requete, demande: Demande | None) -> str:
    """Le paramètre qui ramène au récapitulatif qui a choisi « Modifier » ; rien sans brouillon."""
    return RETOUR_AU_RECAPITULATIF if demande and request.GET.get("retour") == "recapitulatif" else ""


def _form_profil(request: Requete, demande: Demande | None, application: Application) -> ProfilForm:
    precedent = reverse("habilitations:mes_demandes") if demande else reverse("accueil")
    if demande and _depuis_le_recapitulatif(request, demande):
        precedent = reverse("habilitations:recapitulatif", args=[demande.pk])
    elif not request.user.is_authenticated:
        precedent = reverse("habilitations:identification")
    initial = {"profil": demande.profil_id} if demande else {}
    return ProfilForm(envoi(request), application=application, precedent=precedent, initial=initial)


def _retenir_profil(request: Requete, demande: Demande | None, form: ProfilForm) -> HttpResponse:
    profil = form.cleaned_data["profil"]
    if demande:
        demande = services.choisir_profil(demande=demande, profil=profil, acteur=demande.demandeur)
    elif postulant := postulant_de(request):
        demande = services.creer_brouillon(profil=profil, acteur=postulant.compte)
        retenir_la_demande(request, demande)
    else:
        demande = services.creer_brouillon(profil=profil, acteur=request.user)
    revient = _depuis_le_recapitulatif(request, demande) and demande.structures.exists()
    if profil.nombre_structures == NombreStructures.AUCUNE or revient:
        return redirect("habilitations:recapitulatif", numero=demande.pk)
    return redirect("habilitations:structures", numero=demande.pk)


# --- Étape 2 : structures --------------------------------------------------------------------------------------------
@require_GET
@sur_brouillon_ou_reponse
def structures(request: Requete, demande: Demande) -> HttpResponse:
    if demande.complement_ouvert:
        return redirect("habilitations:completer", numero=demande.pk)
    return _page_structures(request, "habilitations/etape_structures.html", demande)


@require_GET
@sur_brouillon_ou_reponse
def type_de_structure(request: Requete, demande: Demande) -> HttpResponse:
    form = TypeStructureForm(
        request.GET if "type" in request.GET else None,
        profil=demande.profil,
        annuler=reverse("habilitations:structures", args=[demande.pk]),
    )
    if form.is_valid():
        choisi: TypeStructure = form.cleaned_data["type"]
        vue = "par_numero" if choisi.par_finess else "recherche_structure"
        return redirect(f"habilitations:{vue}", numero=demande.pk, code=choisi.pk)
    return _page_structures(request, "habilitations/type_de_structure.html", demande, form=form)


@require_GET
@sur_brouillon_ou_reponse
def par_numero_finess(request: Requete, demande: Demande, code: str) -> HttpResponse:
    """Pendant la saisie, htmx montre les établissements dont le numéro commence ainsi ; le bouton juge le numéro."""
    choisi = get_object_or_404(demande.profil.types_structure.filter(par_finess=True), pk=code)
    pendant_la_saisie = bool(request.headers.get("HX-Request"))
    form = NumeroForm(
        request.GET if "numero" in request.GET else None,
        adresse=request.path,
        retour=reverse("habilitations:type_de_structure", args=[demande.pk]),
    )
    reponse = Reponse()
    if form.is_valid():
        chercher = par_debut_de_numero if pendant_la_saisie else par_numero
        categories = demande.profil.categories.filter(type=choisi)
        reponse = chercher(form.cleaned_data["numero"], types=[choisi], categories=categories)
        if reponse.message:
            form.add_error("numero", reponse.message)
    trouvees = [reponse.structure] if reponse.structure else reponse.etablissements
    return _page_structures(
        request,
        "habilitations/par_numero.html",
        demande,
        type=choisi,
        form=form,
        message=reponse.message if pendant_la_saisie else "",
        suggestion=reponse.suggestion,
        resultats=trouvees,
    )


@require_GET
@sur_brouillon_ou_reponse
def recherche_structure(request: Requete, demande: Demande, code: str) -> HttpResponse:
    """« Recherche globale » dans le registre, ou liste à parcourir pour les types qui n'y sont pas."""
    choisi = get_object_or_404(demande.profil.types_structure, pk=code)
    form = RechercheStructureForm(request.GET, retour=reverse("habilitations:type_de_structure", args=[demande.pk]))
    q = form.cleaned_data["q"].strip() if form.is_valid() else ""
    if q:
        categories = demande.profil.categories.filter(type=choisi)
        resultats = rechercher(q, types=[choisi], categories=categories)
    else:
        resultats = [] if choisi.par_finess else list(de_la_liste(choisi))
    return _page_structures(
        request, "habilitations/recherche_structure.html", demande, type=choisi, form=form, q=q, resultats=resultats
    )


@require_POST
@sur_brouillon_ou_reponse
def ajouter_structure(request: Requete, demande: Demande) -> HttpResponse:
    structure = _structure_postee(request, Structure.objects.all())
    try:
        if demande.complement_ouvert:
            services.proposer_structure(demande=demande, structure=structure, acteur=request.user)
        else:
            services.ajouter_structure(demande=demande, structure=structure, acteur=demande.demandeur)
    except DemandeImpossible as refus:
        messages.error(request, str(refus))
    else:
        messages.success(request, f"{structure.nom} est ajoutée à votre demande.")
    return redirect("habilitations:structures", numero=demande.pk)


@require_POST
@sur_brouillon
def retirer_structure(request: Requete, demande: Demande) -> HttpResponse:
    structure = _structure_postee(request, demande.structures.all())
    services.retirer_structure(demande=demande, structure=structure, acteur=demande.demandeur)
    messages.success(request, f"{structure.nom} est retirée de votre demande.")
    return redirect("habilitations:structures", numero=demande.pk)


def _structure_postee(request: Requete, parmi: QuerySet[Structure]) -> Structure:
    form = StructureForm(request.POST, parmi=parmi)
    if not form.is_valid():
        raise Http404
    structure: Structure = form.cleaned_data["structure"]
    return structure


def _page_structures(request: Requete, gabarit: str, demande: Demande, **contexte: Any) -> HttpResponse:
    profil = demande.profil
    if profil.nombre_structures == NombreStructures.AUCUNE:
        return redirect("habilitations:recapitulatif", numero=demande.pk)
    choisies = list(structures_choisies(demande))
    complet = profil.nombre_structures == NombreStructures.UNE and bool(choisies)
    return _page(request, gabarit, STRUCTURES, demande, structures=choisies, complet=complet, **contexte)


# --- Étape 3 : récapitulatif -----------------------------------------------------------------------------------------
@lire_ou_ecrire
@sur_brouillon
def recapitulatif(request: Requete, demande: Demande) -> HttpResponse:
    sans_structure = demande.profil.nombre_structures == NombreStructures.AUCUNE
    if not sans_structure and not demande.structures.all():
        messages.error(request, "Ajoutez au moins une structure avant de continuer.")
        return redirect("habilitations:structures", numero=demande.pk)
    form = _form_message(request, demande)
    if request.method == "POST" and form.is_valid():
        try:
            return _envoyer(request, demande, form.cleaned_data["message"])
        except DemandeImpossible as refus:
            form.add_error(None, str(refus))
    return _page_recapitulatif(request, demande, form)


def _page_recapitulatif(request: Requete, demande: Demande, form: MessageForm) -> HttpResponse:
    return _page(
        request,
        "habilitations/recapitulatif.html",
        RECAPITULATIF,
        demande,
        structures=demande.structures.all(),
        sans_structure=demande.profil.nombre_structures == NombreStructures.AUCUNE,
        type=TypeDemande.CREATION_COMPTE if postulant_de(request) else type_de(demande),
        form=form,
    )


def _envoyer(request: Requete, demande: Demande, message: str) -> HttpResponse:
    if request.user.is_authenticated:
        services.soumettre(demande=demande, message=message, acteur=request.user, relu=request.POST.get("relu"))
        messages.success(
            request, "Votre demande a été soumise. Un courriel vous dira la décision de la personne gestionnaire."
        )
        return redirect("habilitations:mes_demandes")
    services.retenir(demande=demande, message=message, acteur=demande.demandeur, relu=request.POST.get("relu"))
    messages.success(
        request,
        "Votre demande est prête. Elle sera soumise à une personne gestionnaire dès que votre adresse sera confirmée.",
    )
    return redirect("accounts:inscription_envoyee")


@require_POST
@sur_brouillon
def enregistrer_message(request: Requete, demande: Demande) -> HttpResponse:
    """Garde le message en cours d'écriture, puis mène à l'étape demandée ; seul, il ne change pas de page."""
    form = _form_message(request, demande)
    suite = request.POST.get("suite", "")
    if form.is_valid():
        services.enregistrer_message(demande=demande, message=form.cleaned_data["message"], acteur=demande.demandeur)
    elif suite:
        return _page_recapitulatif(request, demande, form)
    if request.headers.get("HX-Request") and not suite:
        return HttpResponse(status=204)
    sans_structure = demande.profil.nombre_structures == NombreStructures.AUCUNE
    if suite == "application" or sans_structure:
        vers_le_profil = reverse("habilitations:changer_profil", args=[demande.pk])
        return redirect(vers_le_profil + (f"?{RETOUR_AU_RECAPITULATIF}" if suite == "application" else ""))
    return redirect("habilitations:structures", numero=demande.pk)


def _form_message(request: Requete, demande: Demande) -> MessageForm:
    return MessageForm(
        envoi(request),
        instance=Demande(message=demande.message),
        enregistrer=reverse("habilitations:enregistrer_message", args=[demande.pk]),
        contenu=contenu(demande),
    )
