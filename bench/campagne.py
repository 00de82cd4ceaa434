"""Une campagne suivie par un agent : les CAMSP et CMPP du registre, cinq années de rapports.

python -m bench.campagne FICHIER
"""

import json
import os
import resource
import statistics
import sys
import time
from datetime import timedelta
from tempfile import TemporaryDirectory
from typing import Any

from bench.bases import chronometrer, fichier_demande, mesurer_sur_les_deux, preparer, resume, tableau

ANNEES = range(2022, 2027)
TIRAGES = 30
# Un rapport moyen (uploads.md : PDF médian de 0,6 Mo), sans alourdir la mesure : le débit se lit au Mo.
RAPPORT = b"%PDF-1.7\n" + b"0" * 300_000
PAGES = {
    "tableau de bord": "/camsp-cmpp/suivi/",
    "liste Finess": "/camsp-cmpp/liste-finess/",
    "liste Finess, rien reçu": "/camsp-cmpp/liste-finess/?etat=aucun",
    "documents": "/camsp-cmpp/documents/",
    "d'année en année": "/camsp-cmpp/matrice/",
    "relances": "/camsp-cmpp/relances/",
}
EXPORTS = {
    "liste en XLSX": "/camsp-cmpp/liste-finess/exporter/xlsx/",
    "liste en CSV": "/camsp-cmpp/liste-finess/exporter/csv/",
    "documents en XLSX": "/camsp-cmpp/documents/exporter/xlsx/",
}


def remplir(fichier: str) -> list[Any]:
    """Le registre, cinq campagnes, et ce que trois structures sur quatre y ont remis ; rend les structures."""
    from django.core.management import call_command
    from django.db import connection
    from django.utils import timezone

    from depot.enums import CATEGORIES, Exigence, NatureDocument
    from depot.models import Campagne
    from structures.models import Structure

    call_command("importer_finess", fichier, verbosity=0, stdout=sys.stderr)
    structures = list(Structure.objects.ouvertes().filter(categorie__in=CATEGORIES).order_by("pk"))
    jour = timezone.localdate()
    for annee in ANNEES:
        campagne, _ = Campagne.objects.update_or_create(
            annee=annee,
            defaults={"ouverte_le": jour - timedelta(days=60), "echeance_le": jour + timedelta(days=30)},
        )
        for categorie in CATEGORIES:
            for nature in NatureDocument:
                piece = {"categorie": categorie, "nature": nature}
                campagne.pieces.update_or_create(**piece, defaults={"exigence": Exigence.OBLIGATOIRE})
        _deposer(campagne, structures)
    _habiliter(structures)
    with connection.cursor() as curseur:
        curseur.execute("VACUUM ANALYZE" if connection.vendor == "postgresql" else "ANALYZE")
    return structures


def _deposer(campagne: Any, structures: list[Any]) -> None:
    from django.core.files.base import ContentFile
    from django.core.files.storage import default_storage
    from django.utils import timezone

    from accounts.models import Utilisateur
    from depot.enums import EtatDocument, NatureDocument, TypeDocument
    from depot.models import Document

    deposante, _ = Utilisateur.objects.get_or_create(
        identifiant="deposante", defaults={"prenom": "Pré", "nom": "Nom", "courriel": "d@a.example", "etat": "actif"}
    )
    maintenant, courante = timezone.now(), campagne.annee == ANNEES[-1]
    documents = []
    for rang, structure in enumerate(structures):
        for nature in NatureDocument:
            if rang % 4 == 3 or (rang % 8 == 1 and nature == NatureDocument.QUALITATIF):
                continue
            for version in (1, 2) if rang % 10 == 1 else (1,):  # un sur dix a été redéposé
                emplacement = Document.nouvel_emplacement(EtatDocument.PUBLIE)
                if courante:
                    default_storage.save(emplacement, ContentFile(RAPPORT))
                documents.append(
                    Document(
                        reference=Document.nouvelle_reference(campagne.annee),
                        campagne=campagne,
                        structure=structure,
                        nature=nature,
                        version=version,
                        deposant=deposante,
                        nom_fichier="rapport.pdf",
                        type=TypeDocument.PDF,
                        taille=len(RAPPORT),
                        sha256="0" * 64,
                        fichier=emplacement,
                        etat=EtatDocument.PUBLIE,
                        analyse_le=maintenant,
                        depose_le=maintenant - timedelta(days=rang % 56),
                    )
                )
    Document.objects.bulk_create(documents, batch_size=1000)


def _habiliter(structures: list[Any]) -> None:
    """Une personne pour deux structures sur trois."""
    from accounts.models import Utilisateur
    from habilitations.models import Habilitation, Profil

    profil = Profil.objects.get(application__code="camsp-cmpp", code="gestionnaire")
    tenues = [structure for rang, structure in enumerate(structures) if rang % 3]
    personnes = Utilisateur.objects.bulk_create(
        Utilisateur(identifiant=f"p{rang}", prenom="Pré", nom=f"Nom{rang}", courriel=f"p{rang}@a.example", etat="actif")
        for rang in range(len(tenues))
    )
    Habilitation.objects.bulk_create(
        Habilitation(titulaire=personne, profil=profil, structure=structure)
        for personne, structure in zip(personnes, tenues, strict=True)
    )


def mesurer(fichier: str) -> dict[str, Any]:
    with TemporaryDirectory() as dossier:
        os.environ["STOCKAGE_URL"] = f"file://{dossier}"
        return _mesurer(fichier)


def _mesurer(fichier: str) -> dict[str, Any]:
    preparer()
    from django.conf import settings

    settings.ROOT_URLCONF = "bench.page_nue"
    settings.SECOND_FACTEUR_OBLIGATOIRE = False
    structures = remplir(fichier)
    client = _agent()
    mesures: dict[str, Any] = {"structures": len(structures)}
    durees: dict[str, list[float]] = {nom: [] for nom in ("vide", *PAGES)}
    calculs: dict[str, list[float]] = {nom: [] for nom in durees}
    for tirage in range(TIRAGES + 1):
        for nom, adresse in ({"vide": "/nue/"} | PAGES).items():
            calcul = time.process_time()
            duree, reponse = chronometrer(lambda adresse=adresse: client.get(adresse))
            if reponse.status_code != 200:
                raise RuntimeError(f"{adresse} : {reponse.status_code}")
            if tirage:  # le premier remplit les caches
                durees[nom].append(duree)
                calculs[nom].append(1000 * (time.process_time() - calcul))
    mesures |= {nom: (*resume(durees[nom]), statistics.median(calculs[nom])) for nom in durees}
    for nom, adresse in EXPORTS.items():
        mesures[nom] = chronometrer(lambda adresse=adresse: sum(map(len, client.get(adresse))))
    return mesures | _liasse(client)


def _agent() -> Any:
    from django.test import Client

    from accounts.models import Utilisateur
    from habilitations.models import Habilitation, Profil

    agent = Utilisateur.objects.create(
        identifiant="agent", prenom="Pré", nom="Nom", courriel="agent@a.example", etat="actif"
    )
    profil = Profil.objects.get(application__code="camsp-cmpp", code="agent")
    Habilitation.objects.create(titulaire=agent, profil=profil)
    client = Client(headers={"host": "127.0.0.1"})
    client.force_login(agent)
    return client


def _liasse(client: Any) -> dict[str, Any]:
    """Le ZIP de la campagne, à côté de la seule lecture des mêmes fichiers ; et la mémoire qu'il a prise en plus."""
    from django.core.files.storage import default_storage

    from depot.models import Document

    emplacements = Document.objects.filter(campagne__annee=ANNEES[-1]).values_list("fichier", flat=True)
    lecture, octets = chronometrer(
        lambda: sum(len(default_storage.open(emplacement).read()) for emplacement in emplacements)
    )
    avant = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    zip_, envoyes = chronometrer(
        lambda: sum(map(len, client.get(f"/camsp-cmpp/liste-finess/liasse/?campagne={ANNEES[-1]}")))
    )
    memoire = (resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - avant) / 1024
    return {"lecture": (lecture, octets), "liasse": (zip_, envoyes), "mémoire": memoire}


def montrer(mesures: dict[str, dict[str, Any]]) -> None:
    def page(mesure: dict[str, Any], nom: str) -> str:
        (p50, p95, calcul), (_, p95_vide, calcul_vide) = mesure[nom], mesure["vide"]
        return f"{p50:.1f} / {p95:.1f} ms · {p95 / p95_vide:.1f} × ; {calcul:.1f} ms · {calcul / calcul_vide:.1f} ×"

    def debit(mesure: dict[str, Any], nom: str) -> str:
        duree, octets = mesure[nom]
        return f"{octets / 1e6:.0f} Mo en {duree / 1000:.1f} s · {octets / duree / 1000:.0f} Mo/s"

    structures = next(iter(mesures.values()))["structures"]
    bases = mesures.values()
    tableau(
        f"Une campagne de {structures} CAMSP et CMPP, cinq années (p50 / p95 · rapporté à la vide ; calcul · rapporté)",
        [
            *((nom, [page(mesure, nom) for mesure in bases]) for nom in ("vide", *PAGES)),
            *((nom, [f"{mesure[nom][0]:.0f} ms" for mesure in bases]) for nom in EXPORTS),
            *((nom, [debit(mesure, nom) for mesure in bases]) for nom in ("lecture", "liasse")),
            ("mémoire de la liasse", [f"{mesure['mémoire']:.0f} Mo" for mesure in bases]),
        ],
        list(mesures),
    )


if __name__ == "__main__":
    if "--ici" in sys.argv:
        print(json.dumps(mesurer(sys.argv[1])))
    else:
        montrer(mesurer_sur_les_deux("bench.campagne", fichier_demande("python -m bench.campagne FICHIER")))
