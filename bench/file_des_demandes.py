"""La file des gestionnaires à 200 000 demandes, à côté d'une page vide du même portail.

python -m bench.file_des_demandes
"""

import json
import random
import sys
from collections.abc import Iterator
from datetime import timedelta
from itertools import cycle
from typing import Any

from bench.bases import chronometrer, mesurer_ici, postgresql, preparer, resume, tableau

TAILLES = (2_000, 200_000)
GESTIONNAIRES = 20
PERSONNES = 20_000
STRUCTURES = 5_000
TIRAGES = 4  # par gestionnaire et par page
# Sur cent demandes : une attend, soixante-quinze sont acceptées, vingt refusées, quatre retirées.
ETATS = ["en_attente"] + ["acceptee"] * 75 + ["refusee"] * 20 + ["annulee"] * 4
PAGES = {
    "en attente": "",
    "traitées": "?etat=traitees",
    "toutes": "?etat=toutes",
    "toutes, les plus récentes": "?etat=toutes&tri=recentes",
    "une page du milieu": "?etat=toutes&page=20",
    "la dernière page offerte": "?etat=toutes&page=9999",
    "une application": "?etat=toutes&application={application}",
    "un profil": "?etat=toutes&profil={profil}",
    "un département": "?etat=toutes&departement=35",
    "un nom": "?etat=toutes&q=nom1234",
    "une structure": "?etat=toutes&q=camsp+exemple+123",
    "un n° FINESS": "?etat=toutes&q=990000123",
}


def remplir(nombre: int) -> list[Any]:
    """`nombre` demandes en base ; rend les gestionnaires, un quart d'entre eux pour la France entière."""
    from accounts.models import Utilisateur
    from habilitations.models import Application, Habilitation, Portefeuille, Profil
    from structures.models import Departement, Region, Structure

    departements = list(Departement.objects.all())
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
        for rang in range(STRUCTURES)
    )
    personnes = Utilisateur.objects.bulk_create(
        Utilisateur(
            identifiant=f"pnom{rang}", prenom="Prénom", nom=f"Nom{rang}", courriel=f"p{rang}@a.example", etat="actif"
        )
        for rang in range(PERSONNES)
    )
    gestionnaires, demandeurs = personnes[:GESTIONNAIRES], personnes[GESTIONNAIRES:]
    gestion = Profil.objects.get(application__code="administration")
    Habilitation.objects.bulk_create(Habilitation(titulaire=qui, profil=gestion) for qui in gestionnaires)
    regions, toutes = cycle(Region.objects.all()), Application.objects.all()
    for rang, qui in enumerate(gestionnaires):
        portefeuille = Portefeuille.objects.create(nom=f"Portefeuille {rang}")
        portefeuille.gestionnaires.add(qui)
        portefeuille.applications.set(toutes)
        if rang % 4:
            portefeuille.regions.set([next(regions), next(regions)])
    demander(nombre, demandeurs, gestionnaires[0])
    return gestionnaires


def demander(nombre: int, demandeurs: list[Any], decideur: Any) -> None:
    from django.db import connection
    from django.utils import timezone

    from habilitations.models import Demande, Profil, StructureDemandee
    from structures.models import Structure

    profils, structures = list(Profil.objects.all()), list(Structure.objects.filter(categorie="190"))
    hasard, maintenant = random.Random(2026), timezone.now()

    def lignes() -> Iterator[Demande]:
        for rang in range(nombre):
            etat, quand = ETATS[rang % len(ETATS)], maintenant - timedelta(minutes=rang)
            decidee = etat in {"acceptee", "refusee"}
            yield Demande(
                demandeur=demandeurs[rang % len(demandeurs)],
                profil=profils[rang // len(demandeurs) % len(profils)],
                etat=etat,
                creee_le=quand,
                soumise_le=quand,
                decidee_le=quand if decidee else None,
                decideur=decideur if decidee else None,
                motif="Adresse inconnue." if etat == "refusee" else "",
                annulee_le=quand if etat == "annulee" else None,
            )

    demandes = Demande.objects.bulk_create(lignes(), batch_size=5_000)
    StructureDemandee.objects.bulk_create(
        (
            StructureDemandee(
                demande=demande,
                structure=hasard.choice(structures),
                demandeur_id=demande.demandeur_id,
                profil_id=demande.profil_id,
            )
            for demande in demandes
        ),
        batch_size=5_000,
    )
    with connection.cursor() as curseur:
        curseur.execute("VACUUM ANALYZE")


def mesurer(nombre: int) -> dict[str, Any]:
    preparer()
    from django.conf import settings
    from django.test import Client

    from habilitations.models import Application, Profil

    settings.ROOT_URLCONF = "bench.page_nue"
    gestionnaires = remplir(nombre)
    choix = {
        "application": Application.objects.get(code="camsp-cmpp").pk,
        "profil": Profil.objects.get(application__code="camsp-cmpp", code="gestionnaire").pk,
    }
    adresses = {"vide": "/nue/"} | {
        nom: f"/gestion/demandes/{filtres.format(**choix)}" for nom, filtres in PAGES.items()
    }
    durees: dict[str, list[float]] = {nom: [] for nom in adresses}
    for qui in gestionnaires:
        client = Client(headers={"host": "127.0.0.1"})
        client.force_login(qui)
        for tirage in range(TIRAGES + 1):
            for nom, adresse in adresses.items():
                duree, reponse = chronometrer(lambda client=client, adresse=adresse: client.get(adresse))
                if reponse.status_code != 200:
                    raise RuntimeError(f"{adresse} : {reponse.status_code}")
                if tirage:  # le premier remplit les caches
                    durees[nom].append(duree)
    return {nom: resume(mesures) for nom, mesures in durees.items()}


def montrer(mesures: dict[int, dict[str, Any]]) -> None:
    def temps(nom: str) -> list[str]:
        cellules = []
        for mesure in mesures.values():
            rapport = mesure[nom][1] / mesure["vide"][1]
            cellules.append(f"{mesure[nom][0]:.1f} / {mesure[nom][1]:.1f} ms · {rapport:.1f} ×")
        return cellules

    tableau(
        "File des demandes, PostgreSQL (p50 / p95 · p95 rapporté à la page vide)",
        [(nom, temps(nom)) for nom in ("vide", *PAGES)],
        [f"{nombre:,} demandes".replace(",", " ") for nombre in mesures],
    )


if __name__ == "__main__":
    if "--ici" in sys.argv:
        print(json.dumps(mesurer(int(sys.argv[1]))))
    else:
        montrer({nombre: mesurer_ici("bench.file_des_demandes", postgresql, str(nombre)) for nombre in TAILLES})
