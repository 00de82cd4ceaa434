"""La file des gestionnaires à 2 000 puis 200 000 demandes, à côté de la page nue du même portail.

Chaque page est mesurée juste après la page nue, en calcul : celui du serveur web et celui de PostgreSQL. La machine
peut donc être occupée ; elle doit faire tourner PostgreSQL elle-même (`/proc`).

python -m bench.file_des_demandes [DEMANDES…]
"""

import json
import os
import random
import statistics
import sys
from collections.abc import Iterator
from datetime import timedelta
from itertools import cycle, islice
from typing import Any

from bench.bases import calcul, mesurer_ici, postgresql, preparer, resume, tableau

TAILLES = (2_000, 200_000)
MODELE = 2_000  # demandes écrites une à une ; les autres en sont des copies décalées, faites par la base
GESTIONNAIRES = 20
PERSONNES = 20_000
# Par département : un multiple premier, pour que deux copies ne demandent pas la même structure pour la même personne.
STRUCTURES = 53
TIRAGES = 2  # par gestionnaire et par page, après une première ouverture
# Sur cent demandes : une attend, soixante-quinze sont acceptées, vingt refusées, quatre retirées.
ETATS = ["en_attente"] + ["acceptee"] * 75 + ["refusee"] * 20 + ["annulee"] * 4
PAGES = {
    "à traiter": "?etat=en_attente",
    "à compléter": "?etat=a_completer",
    "traitées": "?etat=traitees",
    "toutes": "?etat=toutes",
    "toutes, les plus récentes": "?etat=toutes&tri=recentes",
    "traitées, dernières décisions": "?etat=traitees&tri=decisions",
    "cent par page": "?etat=toutes&par_page=100",
    "une page du milieu": "?etat=toutes&page=20",
    "la dernière page offerte": "?etat=toutes&page=9999",
    "une application": "?etat=toutes&application={application}",
    "un profil": "?etat=toutes&profil={profil}",
    "un type de demande": "?etat=toutes&type=creation_compte",
    "une région": "?etat=toutes&region=53",
    "un département": "?etat=toutes&departement=35",
    "plus de dix jours ouvrés": "?etat=en_attente&age=10",
    "affectées à moi": "?etat=toutes&affectation=moi",
    "affectées à personne": "?etat=en_attente&affectation=personne",
    "affectées à un collègue": "?etat=toutes&affectation={collegue}",
    "un profil dans une région": "?etat=traitees&profil={profil}&region=53",
    "un nom": "?etat=toutes&q=nom1234",
    "un nom répandu": "?etat=toutes&q=nom",
    "un nom, à traiter": "?etat=en_attente&q=nom",
    "une lettre": "?etat=toutes&q=n",
    "une structure": "?etat=toutes&q=camsp+exemple+123",
    "une catégorie": "?etat=toutes&q=camsp",
    "un n° FINESS": "?etat=toutes&q=990000123",
    "une personne dans une structure": "?etat=toutes&q=nom1234+exemple",
    "un mot absent": "?etat=toutes&q=zzzz",
}


def remplir(nombre: int) -> list[Any]:
    """`nombre` demandes en base, multiple de `MODELE` ; rend les gestionnaires, un quart pour la France entière."""
    from django.db import connection

    from accounts.models import Utilisateur

    _structures()
    personnes = Utilisateur.objects.bulk_create(
        Utilisateur(
            identifiant=f"pnom{rang}", prenom="Prénom", nom=f"Nom{rang}", courriel=f"p{rang}@a.example", etat="actif"
        )
        for rang in range(GESTIONNAIRES + PERSONNES)
    )
    gestionnaires, demandeurs = personnes[:GESTIONNAIRES], personnes[GESTIONNAIRES:]
    _portefeuilles(gestionnaires)
    _modele(demandeurs, gestionnaires)
    _copier(nombre // MODELE, demandeurs[0].pk)
    _questionner(gestionnaires[0].pk)
    with connection.cursor() as curseur:
        curseur.execute("VACUUM ANALYZE")
    return gestionnaires


def _structures() -> None:
    from structures.models import Departement, Structure

    departements = list(Departement.objects.order_by("pk"))
    Structure.objects.exclude(categorie="190").update(departement=None)
    Structure.objects.bulk_create(
        Structure(
            type_id="esms",
            categorie_id="190",
            nom=f"CAMSP EXEMPLE {rang}",
            numero_finess=f"99{rang:07d}",
            commune="VILLE",
            code_postal="75012",
            departement=departements[rang % len(departements)],
            mots=f" camsp exemple {rang} / ville 75012 / ",
        )
        for rang in range(STRUCTURES * len(departements))
    )


def _portefeuilles(gestionnaires: list[Any]) -> None:
    from habilitations.models import Application, Habilitation, Portefeuille, Profil
    from structures.models import Region

    gestion = Profil.objects.get(application__code="administration", code="gestionnaire")
    Habilitation.objects.bulk_create(Habilitation(titulaire=qui, profil=gestion) for qui in gestionnaires)
    regions, toutes = cycle(Region.objects.all()), Application.objects.all()
    for rang, qui in enumerate(gestionnaires):
        portefeuille = Portefeuille.objects.create(nom=f"Portefeuille {rang}")
        portefeuille.gestionnaires.add(qui)
        portefeuille.applications.set(toutes)
        if rang % 4:
            portefeuille.regions.set(islice(regions, 2))


def _modele(demandeurs: list[Any], gestionnaires: list[Any]) -> None:
    """Une demande sur dix vise deux structures ; un quart de ce qui attend est affecté."""
    from django.utils import timezone

    from habilitations.models import Demande, Profil, StructureDemandee
    from habilitations.services.situation import situer
    from structures.models import Structure

    profils = list(Profil.objects.order_by("pk"))
    structures = list(Structure.objects.filter(nom__startswith="CAMSP EXEMPLE").order_by("pk"))
    hasard, maintenant = random.Random(2026), timezone.now()
    pour = [hasard.sample(structures, 1 if rang % 10 else 2) for rang in range(MODELE)]

    def lignes() -> Iterator[Demande]:
        for rang in range(MODELE):
            etat, quand = ETATS[rang % len(ETATS)], maintenant - timedelta(minutes=20 * rang)
            decidee = etat in {"acceptee", "refusee"}
            suivie = rang // len(ETATS) % 4 == 0 or rang % 50 == 1
            yield Demande(
                demandeur=demandeurs[rang],
                profil=profils[rang % 7 % len(profils)],
                type="creation_compte" if rang % 97 == 0 else "ajout_profil",
                etat=etat,
                creee_le=quand,
                soumise_le=quand,
                decidee_le=min(quand + timedelta(days=2), maintenant - timedelta(hours=1)) if decidee else None,
                decideur=gestionnaires[0] if decidee else None,
                affectee_a=gestionnaires[rang % GESTIONNAIRES] if suivie else None,
                motif="Adresse inconnue." if etat == "refusee" else "",
                annulee_le=quand if etat == "annulee" else None,
            )

    demandes = Demande.objects.bulk_create(lignes())
    for demande, choisies in zip(demandes, pour, strict=True):
        StructureDemandee.objects.bulk_create(
            StructureDemandee(
                demande=demande,
                structure=structure,
                demandeur_id=demande.demandeur_id,
                profil_id=demande.profil_id,
                en_attente=demande.etat == "en_attente",
            )
            for structure in choisies
        )
        situer(demande)
    Demande.objects.bulk_update(demandes, ["etendue"])


def _copier(copies: int, premier_demandeur: int) -> None:
    """Recopie le modèle, d'autres personnes demandant d'autres structures du même département, chaque fois plus tôt."""
    from django.db import connection
    from django.db.models import Min

    from habilitations.models import Demande, StructureDemandee
    from structures.models import Departement, Structure

    pas = Departement.objects.count()
    bornes = {
        "personne": premier_demandeur,
        "personnes": PERSONNES,
        "modele": MODELE,
        "structure": Structure.objects.filter(nom__startswith="CAMSP EXEMPLE").aggregate(bas=Min("pk"))["bas"],
        "structures": STRUCTURES * pas,
        "pas": pas,
        "copies": copies,
        "bas": Demande.objects.aggregate(bas=Min("pk"))["bas"],
    }
    autre_personne = "%(personne)s + (demandeur_id - %(personne)s + copie * %(modele)s) %% %(personnes)s"
    plus_tot = "{} - copie * interval '20 minutes' * %(modele)s"
    for modele, changes in (
        (
            Demande,
            {
                "id": "id + copie * %(modele)s",
                "demandeur_id": autre_personne,
                **{nom: plus_tot.format(nom) for nom in ("creee_le", "soumise_le", "decidee_le", "annulee_le")},
            },
        ),
        (
            StructureDemandee,
            {
                "id": "nextval(pg_get_serial_sequence('habilitations_structuredemandee', 'id'))",
                "demande_id": "demande_id + copie * %(modele)s",
                "demandeur_id": autre_personne,
                "structure_id": "%(structure)s + (structure_id - %(structure)s + copie * %(pas)s) %% %(structures)s",
            },
        ),
    ):
        colonnes = [champ.column for champ in modele._meta.concrete_fields]
        lues = ", ".join(changes.get(colonne, colonne) for colonne in colonnes)
        table = modele._meta.db_table
        with connection.cursor() as curseur:
            curseur.execute(
                f"INSERT INTO {table} ({', '.join(colonnes)}) "
                f"SELECT {lues} FROM {table}, generate_series(1, %(copies)s - 1) AS copie",
                bornes,
            )


def _questionner(auteur: int) -> None:
    """Un quart de ce qui attend attend la réponse de la personne."""
    from django.db import connection

    with connection.cursor() as curseur:
        curseur.execute(
            "WITH ouverts AS ("
            "INSERT INTO habilitations_complement (demande_id, auteur_id, questions, reponse, demande_le) "
            "SELECT id, %s, 'Qui vous emploie ?', '', soumise_le FROM habilitations_demande "
            "WHERE etat = 'en_attente' AND id %% 4 = 0 RETURNING id, demande_id) "
            "UPDATE habilitations_demande SET etat = 'a_completer', complement_ouvert_id = ouverts.id "
            "FROM ouverts WHERE habilitations_demande.id = ouverts.demande_id",
            [auteur],
        )


def mesurer(nombre: int) -> dict[str, Any]:
    preparer()
    from django.conf import settings
    from django.db import connection
    from django.test import Client

    from habilitations.models import Application, Profil

    settings.ROOT_URLCONF = "bench.page_nue"
    settings.SECOND_FACTEUR_OBLIGATOIRE = False
    gestionnaires = remplir(nombre)
    choix = {
        "application": Application.objects.get(code="camsp-cmpp").pk,
        "profil": Profil.objects.get(application__code="camsp-cmpp", code="gestionnaire").pk,
        "collegue": gestionnaires[4].pk,
    }
    with connection.cursor() as curseur:
        curseur.execute("SELECT pg_backend_pid()")
        serveur = curseur.fetchone()[0]

    def lire(client: Client, adresse: str) -> float:
        debut = calcul(serveur)
        reponse = client.get(adresse)
        if reponse.status_code != 200:
            raise RuntimeError(f"{adresse} : {reponse.status_code}")
        return calcul(serveur) - debut

    nues: list[float] = []
    premieres: dict[str, list[float]] = {nom: [] for nom in PAGES}
    suivantes: dict[str, list[float]] = {nom: [] for nom in PAGES}
    for qui in gestionnaires:
        client = Client(headers={"host": "127.0.0.1"})
        client.force_login(qui)
        lire(client, "/nue/")
        for tirage in range(TIRAGES + 1):
            for nom, filtres in PAGES.items():
                nues.append(lire(client, "/nue/"))
                mesures = suivantes if tirage else premieres
                mesures[nom].append(lire(client, f"/gestion/demandes/{filtres.format(**choix)}"))
    return {
        "nue": resume(nues),
        "pages": {nom: (*resume(suivantes[nom]), statistics.median(premieres[nom])) for nom in PAGES},
        "charge": os.getloadavg()[1],
    }


def montrer(mesures: dict[int, dict[str, Any]]) -> None:
    def rapport(mesure: dict[str, Any], nom: str) -> float:
        return float(mesure["pages"][nom][1] / mesure["nue"][1])

    def cellules(nom: str) -> list[str]:
        lues = []
        for mesure in mesures.values():
            p50, p95, premiere = mesure["pages"][nom]
            lues.append(f"{p50:.1f} / {p95:.1f} ms · {rapport(mesure, nom):.1f} × · {premiere:.1f} ms")
        return lues

    nues = [f"{p50:.1f} / {p95:.1f} ms" for p50, p95 in (mesure["nue"] for mesure in mesures.values())]
    tableau(
        "File des demandes, PostgreSQL : calcul, p50 / p95 · p95 rapporté à la page nue · première ouverture, p50",
        [("page nue", nues), *((nom, cellules(nom)) for nom in PAGES)],
        [f"{nombre:,} demandes".replace(",", " ") for nombre in mesures],
    )
    for nombre, mesure in mesures.items():
        lent = max(PAGES, key=lambda nom: rapport(mesure, nom))
        print(f"{nombre} demandes, charge {mesure['charge']:.0f}. Le plus lent : {lent}, {rapport(mesure, lent):.1f} ×")
    premiere, derniere = mesures[min(mesures)], mesures[max(mesures)]
    pire = max(PAGES, key=lambda nom: rapport(derniere, nom) / rapport(premiere, nom))
    print(f"D'un bout à l'autre, « {pire} » croît le plus : {rapport(derniere, pire) / rapport(premiere, pire):.2f} ×")


if __name__ == "__main__":
    if "--ici" in sys.argv:
        print(json.dumps(mesurer(int(sys.argv[1]))))
    else:
        tailles = [int(argument) for argument in sys.argv[1:]] or TAILLES
        montrer({nombre: mesurer_ici("bench.file_des_demandes", postgresql, str(nombre)) for nombre in tailles})
