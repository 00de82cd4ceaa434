"""La page où une demande se lit et se décide."""

from dataclasses import dataclass
from typing import Any

from django.contrib import messages
from django.http import Http404, HttpResponse, HttpResponseRedirect
from django.shortcuts import get_object_or_404, render
from django.views.decorators.http import require_GET, require_POST

from accounts.models import Utilisateur
from habilitations import courriels, permissions, services
from habilitations.enums import Decision
from habilitations.erreurs import DemandeImpossible, TransitionInterdite
from habilitations.forms import Adresses, DecisionForm, NoteForm
from habilitations.gardes import Acces, acces_application
from habilitations.models import Demande
from habilitations.queries import (
    avec_le_modele,
    chronologie,
    complements_de,
    d_un_onglet,
    demandes_confiees,
    preuves,
    voisines,
)
from habilitations.views.communs import Requete, envoi
from habilitations.views.gestion.annulables import dernieres_decisions
from habilitations.views.gestion.file import avec_filtres, liste_filtree


@acces_application("administration")
@require_GET
def traiter(request: Requete, acces: Acces, numero: int) -> HttpResponse:
    return page_de_demande(request, demande_confiee(request, numero))


@acces_application("administration")
@require_POST
def accepter(request: Requete, acces: Acces, numero: int) -> HttpResponse:
    return _decider(request, numero, Decision.ACCEPTER)


@acces_application("administration")
@require_POST
def refuser(request: Requete, acces: Acces, numero: int) -> HttpResponse:
    return _decider(request, numero, Decision.REFUSER)


@acces_application("administration")
@require_POST
def demander_complement(request: Requete, acces: Acces, numero: int) -> HttpResponse:
    return _decider(request, numero, Decision.COMPLETER)


def _decider(request: Requete, numero: int, decision: Decision) -> HttpResponse:
    demande = demande_confiee(request, numero)
    form = _form(request, demande, decision, envoi(request))
    if not form.is_valid():
        return page_de_demande(request, demande, form)
    try:
        _appliquer(decision, demande, request.user, form.cleaned_data["motif"])
    except TransitionInterdite as refus:
        return _deja_traitee(request, refus)
    except DemandeImpossible as refus:
        form.add_error(None, str(refus))
        return page_de_demande(request, demande, form)
    messages.success(request, SUITES[decision].format(demande.demandeur))
    return _demande_suivante(request, demande)


def _appliquer(decision: Decision, demande: Demande, acteur: Utilisateur, texte: str) -> None:
    match decision:
        case Decision.ACCEPTER:
            services.accepter(demande=demande, acteur=acteur, motif=texte)
        case Decision.REFUSER:
            services.refuser(demande=demande, acteur=acteur, motif=texte)
        case Decision.COMPLETER:
            services.demander_complement(demande=demande, acteur=acteur, questions=texte)


SUITES = {
    Decision.ACCEPTER: "La demande de {} est acceptée : l'application lui est ouverte, un courriel le lui dit.",
    Decision.REFUSER: "La demande de {} est refusée. Un courriel lui donne le motif.",
    Decision.COMPLETER: "La question est posée à {} par courriel. Sa réponse vous reviendra.",
}


@acces_application("administration")
@require_POST
def choisir_modele(request: Requete, acces: Acces, numero: int, decision: str) -> HttpResponse:
    """Remplit le texte d'un modèle ; rien n'est décidé. Sans modèle choisi, rend la page avec le texte tel quel."""
    demande, choisie = demande_confiee(request, numero), _decision(decision)
    saisie = _form(request, demande, choisie, envoi(request))
    saisie.is_valid()
    texte, modele = saisie.data.get("motif", ""), saisie.cleaned_data.get("modele")
    if modele:
        texte = avec_le_modele(texte, modele, demande)
    form = _form(request, demande, choisie, None, motif=texte, modele=modele)
    if request.headers.get("HX-Request"):
        return render(request, "habilitations/bloc_decision.html", {"form": form})
    return page_de_demande(request, demande, form)


@acces_application("administration")
@require_POST
def apercu(request: Requete, acces: Acces, numero: int, decision: str) -> HttpResponse:
    """Le courriel tel qu'il partirait ; sans JavaScript, une étape avant de décider."""
    demande, choisie = demande_confiee(request, numero), _decision(decision)
    form = _form(request, demande, choisie, envoi(request))
    par_htmx = bool(request.headers.get("HX-Request"))
    if not form.is_valid() and not par_htmx:
        return page_de_demande(request, demande, form)
    contexte: dict[str, Any] = {"demande": demande, "form": form, "filtres": request.GET.urlencode()}
    if form.is_valid():
        motif = form.cleaned_data["motif"]
        sujet, texte = courriels.apercu(demande, choisie, motif.strip())
        contexte |= {"sujet": sujet, "texte": texte, "motif": motif, "decision": choisie, "form": form}
        contexte["adresses"] = _adresses(request, demande, choisie)
    page = "habilitations/lettre.html" if par_htmx else "habilitations/apercu.html"
    return render(request, page, contexte)


@acces_application("administration")
@require_POST
def annuler_decision(request: Requete, acces: Acces, numero: int) -> HttpResponse:
    demande = demande_confiee(request, numero)
    try:
        services.annuler_decision(demande=demande, acteur=request.user)
    except (DemandeImpossible, TransitionInterdite) as refus:
        messages.error(request, str(refus))
    else:
        messages.success(
            request,
            f"Votre décision est annulée : la demande de {demande.demandeur} attend de nouveau, rien ne part.",
        )
    return HttpResponseRedirect(avec_filtres(request, "traiter", numero))


@acces_application("administration")
@require_GET
def decisions_annulables(request: Requete, acces: Acces) -> HttpResponse:
    """Le bandeau des décisions qui s'annulent encore, relu quand la première ne s'annule plus."""
    return render(request, "habilitations/decisions_annulables.html", dernieres_decisions(request.user))


@dataclass(frozen=True)
class Bloc:
    """Une des décisions possibles, sur la page."""

    decision: Decision
    form: DecisionForm
    est_ouvert: bool


def demande_confiee(request: Requete, numero: int) -> Demande:
    return get_object_or_404(demandes_confiees(request.user), pk=numero)


def page_de_demande(
    request: Requete, demande: Demande, choisie: DecisionForm | None = None, note: NoteForm | None = None
) -> HttpResponse:
    """`choisie` : la décision commencée, avec sa saisie ; `note` : la note à corriger."""
    onglet, filtres, demandes = liste_filtree(request)
    ouverte = choisie.decision if choisie else Decision.ACCEPTER
    formulaires = {
        decision: choisie if choisie and decision == ouverte else _form(request, demande, decision)
        for decision in Decision
    }
    contexte = {
        "demande": demande,
        "structures": demande.structures.all(),
        "peut_decider": permissions.peut_decider(request.user, demande),
        "blocs": [Bloc(decision, form, decision == ouverte) for decision, form in formulaires.items()],
        "form": note or choisie,
        "notes": demande.notes.select_related("auteur"),
        "form_note": note or NoteForm(adresse=avec_filtres(request, "noter", demande.pk)),
        "complements": complements_de(demande),
        "preuves": preuves(demande),
        "chronologie": chronologie(demande, interne=True),
        "voisines": voisines(d_un_onglet(demandes, onglet), demande, filtres.cleaned_data.get("tri", "")),
        "filtres": request.GET.urlencode(),
    }
    return render(request, "habilitations/traiter.html", contexte | dernieres_decisions(request.user))


def _decision(code: str) -> Decision:
    try:
        return Decision(code)
    except ValueError as inconnue:
        raise Http404 from inconnue


VUES = {
    Decision.ACCEPTER: "accepter",
    Decision.REFUSER: "refuser",
    Decision.COMPLETER: "demander_complement",
}


def _adresses(request: Requete, demande: Demande, decision: Decision) -> Adresses:
    return Adresses(
        decider=avec_filtres(request, VUES[decision], demande.pk),
        modele=avec_filtres(request, "choisir_modele", demande.pk, decision),
        apercu=avec_filtres(request, "apercu", demande.pk, decision),
    )


def _form(request: Requete, demande: Demande, decision: Decision, saisie: Any = None, **initial: Any) -> DecisionForm:
    return DecisionForm(
        saisie, decision=decision, demande=demande, adresses=_adresses(request, demande, decision), initial=initial
    )


def _demande_suivante(request: Requete, demande: Demande) -> HttpResponse:
    """La décision prise, la suivante de la même liste ; la liste elle-même quand il n'en reste pas."""
    onglet, filtres, demandes = liste_filtree(request)
    suivante = voisines(d_un_onglet(demandes, onglet), demande, filtres.cleaned_data.get("tri", "")).suivante
    if suivante:
        return HttpResponseRedirect(avec_filtres(request, "traiter", suivante))
    return HttpResponseRedirect(avec_filtres(request, "file"))


def _deja_traitee(request: Requete, refus: TransitionInterdite) -> HttpResponse:
    contexte = {"refus": refus, "demande": refus.objet, "retour": avec_filtres(request, "file")}
    return render(request, "habilitations/deja_traitee.html", contexte, status=409)
