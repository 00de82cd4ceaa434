"""Les revues d'habilitations : les ouvrir, y répondre une à une ou en nombre, les suivre, les clore."""

from collections.abc import Iterator

from django.contrib import messages
from django.core.paginator import Paginator
from django.http import Http404, HttpResponse, HttpResponseBase
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from habilitations import services
from habilitations.enums import EtatRevue, SansReponse
from habilitations.erreurs import DemandeImpossible, TransitionInterdite
from habilitations.forms import RevocationEnRevueForm, RevueForm
from habilitations.gardes import Acces, acces_application
from habilitations.models import LigneDeRevue, LigneDeRevueQuerySet, Revue
from habilitations.queries import (
    applications_a_revoir,
    avancement,
    issue_montree,
    lignes_choisies,
    lignes_confiees,
    revues_de,
)
from habilitations.views.communs import Requete, envoi
from structures.tableaux import Valeur
from structures.views.tableaux import FORMATS, reponse_tableau

PAR_PAGE = 50
ONGLETS = {"a_revoir": "À revoir", "toutes": "Toutes"}
COLONNES = (
    "Nom",
    "Prénom",
    "Adresse courriel",
    "Profil",
    "Structure",
    "N° FINESS",
    "Département",
    "Habilitée depuis le",
    "Réponse",
    "Par",
    "Le",
)


@acces_application("administration")
@require_GET
def revues(request: Requete, acces: Acces) -> HttpResponse:
    contexte = {
        "revues": revues_de(request.user),
        "peut_ouvrir": applications_a_revoir(request.user).exists(),
    }
    return render(request, "habilitations/gestion/revues.html", contexte)


@acces_application("administration")
@require_http_methods(["GET", "HEAD", "POST"])
def nouvelle_revue(request: Requete, acces: Acces) -> HttpResponse:
    applications = applications_a_revoir(request.user)
    if not applications.exists():
        raise Http404
    form = RevueForm(envoi(request), applications=applications, retour=reverse("habilitations:revues"))
    if request.method == "POST" and form.is_valid():
        saisie = form.cleaned_data | {"sans_reponse": SansReponse(form.cleaned_data["sans_reponse"])}
        try:
            revue = services.ouvrir_revue(acteur=request.user, **saisie)
        except DemandeImpossible as refus:
            form.add_error(None, str(refus))
        else:
            messages.success(
                request, "La revue est ouverte : un courriel le dit à chaque gestionnaire qu'elle concerne."
            )
            return redirect("habilitations:revue", numero=revue.pk)
    return render(request, "habilitations/gestion/nouvelle_revue.html", {"form": form})


@acces_application("administration")
@require_GET
def revue(request: Requete, acces: Acces, numero: int) -> HttpResponseBase:
    sienne, lignes = _trouver(request, numero)
    if request.GET.get("format") in FORMATS:
        return reponse_tableau(f"Revue n° {sienne.pk}", COLONNES, _tableau(lignes), format_=request.GET["format"])
    onglet = "toutes" if request.GET.get("onglet") == "toutes" or sienne.etat == EtatRevue.CLOSE else "a_revoir"
    page = Paginator(lignes if onglet == "toutes" else lignes.restantes(), PAR_PAGE).get_page(request.GET.get("page"))
    contexte = {
        "revue": sienne,
        "avancement": avancement(lignes),
        "onglet": onglet,
        "onglets": ONGLETS.items(),
        "page": page,
        "reponses": [(ligne, issue_montree(ligne)) for ligne in page],
        "conduite": _conduit(request, sienne),
        "d_ensemble": avancement(sienne.lignes.all()) if _conduit(request, sienne) else None,
        "formats": FORMATS,
    }
    return render(request, "habilitations/gestion/revue.html", contexte)


def _trouver(request: Requete, numero: int) -> tuple[Revue, LigneDeRevueQuerySet]:
    """La revue, si elle touche les portefeuilles de la personne ou si elle la conduit ; et ce qui lui en revient."""
    revue = get_object_or_404(Revue.objects.select_related("application", "profil", "ouverte_par"), pk=numero)
    lignes = lignes_confiees(request.user, revue)
    if not lignes.exists() and not _conduit(request, revue):
        raise Http404
    return revue, lignes


def _conduit(request: Requete, revue: Revue) -> bool:
    return applications_a_revoir(request.user).filter(pk=revue.application_id).exists()


def _tableau(lignes: LigneDeRevueQuerySet) -> Iterator[tuple[Valeur, ...]]:
    for ligne in lignes.iterator(chunk_size=1000):
        droit = ligne.habilitation
        lieu = droit.structure
        yield (
            droit.titulaire.nom,
            droit.titulaire.prenom,
            droit.titulaire.courriel,
            droit.profil.nom,
            lieu.nom if lieu else "",
            lieu.numero_finess or "" if lieu else "",
            str(lieu.departement or "") if lieu else "",
            droit.debut_le,
            issue_montree(ligne),
            str(ligne.par or ""),
            ligne.le,
        )


@acces_application("administration")
@require_POST
def decider_en_revue(request: Requete, acces: Acces, numero: int) -> HttpResponse:
    """Confirmer ou révoquer les lignes cochées : d'abord leur nombre et leurs noms, puis le geste, une par une."""
    sienne, _ = _trouver(request, numero)
    geste = request.POST.get("geste")
    numeros = [int(ligne) for ligne in request.POST.getlist("ligne") if ligne.isdecimal()]
    lignes = lignes_choisies(request.user, sienne, numeros)
    if geste not in ("confirmer", "revoquer") or not lignes:
        messages.error(request, "Cochez au moins une habilitation encore à revoir.")
        return redirect("habilitations:revue", numero=numero)
    retour = reverse("habilitations:revue", args=[numero])
    en_cours = envoi(request) if "confirme" in request.POST else None
    form = RevocationEnRevueForm(en_cours, lignes=[ligne.pk for ligne in lignes], retour=retour)
    if "confirme" in request.POST and (geste == "confirmer" or form.is_valid()):
        return _repondre(request, sienne, lignes, geste, form)
    contexte = {"revue": sienne, "lignes": lignes, "geste": geste, "form": form if geste == "revoquer" else None}
    return render(request, "habilitations/gestion/decider_en_revue.html", contexte)


def _repondre(
    request: Requete, revue: Revue, lignes: list[LigneDeRevue], geste: str, form: RevocationEnRevueForm
) -> HttpResponse:
    """Le refus de l'une ne défait pas les autres ; chaque refus se lit avec le nom de la personne."""
    faites = 0
    for ligne in lignes:
        try:
            if geste == "confirmer":
                services.confirmer_dans_la_revue(ligne=ligne, acteur=request.user)
            else:
                services.revoquer_dans_la_revue(ligne=ligne, acteur=request.user, motif=form.cleaned_data["motif"])
        except (DemandeImpossible, TransitionInterdite) as refus:
            messages.error(request, f"{ligne.habilitation.titulaire} : {refus}")
        else:
            faites += 1
    if faites:
        s = "s" if faites > 1 else ""
        dit = f"confirmée{s}" if geste == "confirmer" else f"révoquée{s}, un courriel le dit à chaque personne"
        messages.success(request, f"{faites} habilitation{s} {dit}.")
    return redirect("habilitations:revue", numero=revue.pk)


@acces_application("administration")
@require_http_methods(["GET", "HEAD", "POST"])
def clore_revue(request: Requete, acces: Acces, numero: int) -> HttpResponse:
    ouvertes = Revue.objects.filter(etat=EtatRevue.OUVERTE, application__in=applications_a_revoir(request.user))
    revue = get_object_or_404(ouvertes.select_related("application", "profil"), pk=numero)
    if request.method == "POST":
        services.clore_la_revue(revue=revue, acteur=request.user)
        messages.success(request, "La revue est close : son compte rendu reste ici.")
        return redirect("habilitations:revue", numero=numero)
    contexte = {"revue": revue, "avancement": avancement(revue.lignes.all())}
    return render(request, "habilitations/gestion/clore_revue.html", contexte)
