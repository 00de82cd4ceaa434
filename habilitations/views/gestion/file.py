"""La file des gestionnaires : la lire, l'emporter, y affecter une demande, voir qui en consulte une."""

from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from functools import partial
from typing import cast

from django.contrib import messages
from django.core.cache import caches
from django.core.paginator import Paginator
from django.http import Http404, HttpResponse, HttpResponseBase, HttpResponseRedirect
from django.shortcuts import get_object_or_404, render
from django.urls import reverse
from django.views.decorators.http import require_GET, require_POST

from accounts.models import Utilisateur
from habilitations import presence as presents
from habilitations import services
from habilitations.enums import EtatDemande
from habilitations.erreurs import DemandeImpossible, TransitionInterdite
from habilitations.forms import AffectationForm, FiltresForm
from habilitations.forms.file import PAR_PAGE
from habilitations.gardes import Acces, acces_application
from habilitations.models import DemandeQuerySet, confiees_a
from habilitations.queries import (
    ONGLETS,
    PLAFOND,
    PLAFOND_REPANDU,
    Ligne,
    choix_retenus,
    compter,
    d_un_onglet,
    filtrer,
    gestionnaires_couvrant,
    lignes,
    lignes_par_lots,
    mots_cherches,
    nombre_a_verifier,
    premieres,
    trier,
)
from habilitations.views.communs import Requete
from habilitations.views.gestion.annulables import dernieres_decisions
from structures.tableaux import Valeur
from structures.views.tableaux import FORMATS, reponse_tableau

# Un classeur se compose en entier avant de partir ; un CSV part à mesure, sans limite.
CLASSEUR_MAX = 20_000
CHOIX_MAX = 1_000
COLONNES = [
    *("N°", "Prénom", "Nom", "Adresse courriel", "Application", "Profil", "Type de demande", "Structures", "Lieux"),
    *("Reçue le", "Attente (jours ouvrés)", "État", "Décidée le", "Affectée à"),
]


@dataclass(frozen=True)
class Liste:
    """Ce que l'adresse demande de voir : les demandes confiées à la personne qui répondent aux filtres, tous états."""

    onglet: str
    form: FiltresForm
    demandes: DemandeQuerySet
    plafond: int

    def triees(self) -> DemandeQuerySet:
        return trier(d_un_onglet(self.demandes, self.onglet), self.form.cleaned_data.get("tri", ""))


@acces_application("administration")
@require_GET
def file(request: Requete, acces: Acces) -> HttpResponse:
    if not request.GET and (choix := choix_retenus(request.user)):
        return HttpResponseRedirect(f"{request.path}?{choix}")
    liste = _liste(request)
    onglet, form, plafond = liste.onglet, liste.form, liste.plafond
    _retenir_les_choix(request, form)
    trouvees = premieres(liste.triees(), plafond + 1)
    pages = Paginator([numero for numero, _ in trouvees[:plafond]], form.cleaned_data.get("par_page") or PAR_PAGE[0])
    page = pages.get_page(request.GET.get("page"))
    montrees = lignes(list(page.object_list))
    autres = presents.autres([ligne.numero for ligne in montrees], request.user)
    a_verifier = _a_verifier(request.user)
    nombres = {"a_verifier": a_verifier} | _nombres(liste, trouvees)
    contexte = dernieres_decisions(request.user) | {
        "form": form,
        "onglet": onglet,
        "onglets": [
            (code, libelle, nombres.get(code))
            for code, libelle in ONGLETS.items()
            if code != "a_verifier" or a_verifier or onglet == code
        ],
        "plafond": plafond,
        "plafonnee": len(trouvees) > plafond,
        "filtres": _filtres(request),
        "page": page,
        "lignes": [(ligne, autres.get(ligne.numero, [])) for ligne in montrees],
        "groupable": any(ligne.non_decidee for ligne in montrees),
        "tout_coche": "cocher" in request.GET,
    }
    return render(request, "habilitations/file.html", contexte)


def _nombres(liste: Liste, trouvees: list[tuple[int, str]]) -> dict[str, int]:
    """Un onglet se compte une fois ouvert ; toutes les demandes, lues, disent aussi celles qui attendent."""
    if liste.onglet != "toutes" or len(trouvees) > liste.plafond:
        return {liste.onglet: len(trouvees)}
    etats = Counter(etat for _, etat in trouvees)
    attendent = {etat: etats[etat] for etat in (EtatDemande.EN_ATTENTE, EtatDemande.A_COMPLETER)}
    return {"toutes": len(trouvees)} | {str(etat): nombre for etat, nombre in attendent.items()}


def _a_verifier(personne: Utilisateur) -> int:
    """Celui de la dernière minute, comme dans le menu : sans règle d'acceptation, l'onglet ne se montre pas."""
    morceaux = caches["template_fragments"]
    return cast("int", morceaux.get_or_set(f"a_verifier:{personne.pk}", partial(nombre_a_verifier, personne), 60))


@acces_application("administration")
@require_GET
def exporter(request: Requete, acces: Acces, format_: str) -> HttpResponseBase:
    """La liste filtrée de l'onglet ouvert, entière, dans l'ordre de la page."""
    if format_ not in FORMATS:
        raise Http404
    triees = _liste(request).triees()
    if format_ == "xlsx" and compter(triees, CLASSEUR_MAX) > CLASSEUR_MAX:
        messages.error(
            request,
            "Plus de 20 000 demandes, c'est trop pour un classeur : précisez les filtres, ou prenez le CSV.",
        )
        return HttpResponseRedirect(avec_filtres(request, "file"))
    return reponse_tableau("Demandes", COLONNES, _valeurs(lignes_par_lots(triees)), format_=format_)


def _valeurs(lignes_: Iterator[Ligne]) -> Iterator[list[Valeur]]:
    for ligne in lignes_:
        yield [
            *(ligne.numero, ligne.prenom, ligne.nom, ligne.courriel, ligne.application, ligne.profil),
            ligne.libelle_type,
            " ; ".join(nom for nom, _ in ligne.structures),
            " ; ".join(lieu for _, lieu in ligne.structures),
            *(ligne.soumise_le, ligne.age, ligne.libelle_etat, ligne.decidee_le, ligne.affectee),
        ]


@acces_application("administration")
@require_POST
def affecter(request: Requete, acces: Acces, numero: int) -> HttpResponse:
    demande = get_object_or_404(confiees_a(request.user), pk=numero)
    form = AffectationForm(request.POST, parmi=[qui.pk for qui in gestionnaires_couvrant(demande)])
    retour = HttpResponseRedirect(avec_filtres(request, "traiter", numero))
    if not form.is_valid():
        messages.error(request, str(form.errors["a"][0]))
        return retour
    a = form.cleaned_data["a"]
    try:
        services.affecter(demande=demande, a=a, acteur=request.user)
    except (TransitionInterdite, DemandeImpossible) as refus:
        messages.error(request, str(refus))
    else:
        qui = "vous" if a == request.user else a
        messages.success(
            request, f"La demande est affectée à {qui}." if a else "La demande n'est plus affectée à personne."
        )
    return retour


@acces_application("administration")
@require_GET
def presence(request: Requete, acces: Acces, numero: int) -> HttpResponse:
    """Le signe que donne la page d'une demande tant qu'elle est ouverte, et qui d'autre la consulte."""
    demande = get_object_or_404(confiees_a(request.user), pk=numero)
    tour = request.GET.get("tour", "")
    contexte = {
        "demande": demande,
        "noms": presents.signaler(demande.pk, request.user),
        "tour": min(int(tour) if tour.isdecimal() else presents.TOURS, presents.TOURS) + 1,
        "tours": presents.TOURS,
        "pas": presents.TOUR,
    }
    return render(request, "habilitations/presence.html", contexte)


def liste_filtree(request: Requete) -> tuple[str, FiltresForm, DemandeQuerySet]:
    """L'onglet, les filtres de l'adresse, et les demandes confiées à la personne qui y répondent, tous états."""
    liste = _liste(request)
    return liste.onglet, liste.form, liste.demandes


def _liste(request: Requete) -> Liste:
    onglet = request.GET.get("etat", "")
    onglet = onglet if onglet in ONGLETS else "en_attente"
    form = FiltresForm(request.GET, personne=request.user, etat=onglet)
    form.is_valid()
    mots = mots_cherches(form.cleaned_data)
    demandes = filtrer(confiees_a(request.user), form.cleaned_data, request.user, mots)
    return Liste(onglet, form, demandes, PLAFOND_REPANDU if any(mot.repandu for mot in mots) else PLAFOND)


def avec_filtres(request: Requete, vue: str, *args: int | str) -> str:
    filtres = _filtres(request)
    return reverse(f"habilitations:{vue}", args=args) + (f"?{filtres}" if filtres else "")


def _filtres(request: Requete) -> str:
    """Les paramètres de l'adresse, moins la page : la liste a pu avancer depuis."""
    parametres = request.GET.copy()
    for nom in ("page", "cocher"):
        parametres.pop(nom, None)
    return parametres.urlencode()


def _retenir_les_choix(request: Requete, form: FiltresForm) -> None:
    """Garde l'onglet et les filtres ; rien quand le support regarde la page comme la personne."""
    gardes = request.GET.copy()
    for nom in list(gardes):
        if (nom not in form.fields and nom != "etat") or not gardes[nom]:
            del gardes[nom]
    choix = gardes.urlencode()
    if len(choix) > CHOIX_MAX or getattr(request, "regard", None) or choix == choix_retenus(request.user):
        return
    services.retenir_les_choix(acteur=request.user, choix=choix)
