"""Des documents honnêtes, abîmés au hasard : toujours une réponse connue, et ce qui est gardé est ce qui fut envoyé.

Peu d'exemples à chaque `make test` ; `make fuzz` en joue des milliers.
"""

import hashlib
import io
import os
import zipfile

import pytest
from django.core.files.storage import default_storage
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from depot import services
from depot.erreurs import FichierRefuse
from depot.juge import enclos
from depot.juge.verdicts import Issue
from depot.models import Document
from depot.stockage import Arrivee
from tests.accounts.factories import UtilisateurFactory
from tests.depot import fabrique
from tests.depot.factories import CampagneFactory
from tests.structures.factories import StructureFactory

EXEMPLES = int(os.environ.get("FUZZ_EXEMPLES", "40"))
peu = settings(
    max_examples=EXEMPLES,
    deadline=None,
    derandomize=EXEMPLES == 40,
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)
HONNETES = {
    "a.xlsx": fabrique.classeur(),
    "a.docx": fabrique.document_word(),
    "a.ods": fabrique.odf(),
    "a.pdf": fabrique.pdf(lambda document: setattr(document.Root, "Divers", document.make_stream(b"divers" * 500))),
    "a.doc": fabrique.word97(),
}
ZIPS = [nom for nom in HONNETES if HONNETES[nom].startswith(b"PK")]


def retourner(tirage, contenu: bytes) -> bytes:
    abime = bytearray(contenu)
    for _ in range(tirage(st.integers(1, 8))):
        abime[tirage(st.integers(0, len(abime) - 1))] ^= tirage(st.integers(1, 255))
    return bytes(abime)


def tronquer(tirage, contenu: bytes) -> bytes:
    return contenu[: tirage(st.integers(0, len(contenu)))]


def inserer(tirage, contenu: bytes) -> bytes:
    place = tirage(st.integers(0, len(contenu)))
    return contenu[:place] + tirage(st.binary(max_size=300)) + contenu[place:]


def dupliquer(tirage, contenu: bytes) -> bytes:
    debut = tirage(st.integers(0, len(contenu) - 1))
    part = contenu[debut : debut + tirage(st.integers(1, 2_000))]
    return contenu[:debut] + part * tirage(st.integers(1, 20)) + contenu[debut:]


def annuler(tirage, contenu: bytes) -> bytes:
    debut = tirage(st.integers(0, len(contenu) - 1))
    nombre = min(tirage(st.integers(1, 4_000)), len(contenu) - debut)
    return contenu[:debut] + bytes(nombre) + contenu[debut + nombre :]


def changer_l_entete(tirage, contenu: bytes) -> bytes:
    entete = tirage(
        st.sampled_from([b"PK\x03\x04", b"%PDF-1.7\n", b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1", b"MZ", b"<html>", b""])
    )
    return entete + contenu[tirage(st.sampled_from([0, len(entete)])) :]


def rezipper(tirage, contenu: bytes) -> bytes:
    """Une archive encore honnête de forme, dont une partie est abîmée."""
    parties = fabrique.contenu(contenu)
    nom = tirage(st.sampled_from(sorted(parties)))
    parties[nom] = tirage(st.sampled_from([retourner, tronquer, inserer, dupliquer]))(tirage, parties[nom] or b"?")
    sortie = io.BytesIO()
    with zipfile.ZipFile(sortie, "w", tirage(st.sampled_from([zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED]))) as archive:
        for partie, octets in parties.items():
            archive.writestr(partie, octets)
    return sortie.getvalue()


@st.composite
def fichiers_abimes(draw) -> tuple[str, bytes]:
    mutateur = draw(st.sampled_from([retourner, tronquer, inserer, dupliquer, annuler, changer_l_entete, rezipper]))
    nom = draw(st.sampled_from(ZIPS if mutateur is rezipper else sorted(HONNETES)))
    return nom, mutateur(draw, HONNETES[nom])


@given(fichiers_abimes())
@peu
def test_un_fichier_abime_recoit_toujours_un_verdict(tmp_path, abime):
    """L'enclos tue à 20 s et à 1 Go, ce qui se lirait « examen » : aucun fichier abîmé n'y mène."""
    nom, contenu = abime
    chemin = tmp_path / "depot"
    chemin.write_bytes(contenu)

    verdict = enclos.juger(chemin, None, nom, 50_000_000)

    assert verdict.issue in {Issue.ACCEPTE, Issue.REFUSE}
    assert (verdict.issue is Issue.REFUSE) == bool(verdict.phrase)
    assert (verdict.issue is Issue.ACCEPTE) == (verdict.type is not None)


@pytest.mark.django_db
@given(fichiers_abimes())
@peu
def test_ce_qui_est_garde_est_ce_qui_fut_envoye(abime):
    nom, contenu = abime
    envoi = services.Envoi(CampagneFactory(), StructureFactory(), fabrique.envoi(contenu, nom))
    avant = Document.objects.count()
    try:
        document = services.deposer(envoi=envoi, acteur=UtilisateurFactory())
    except FichierRefuse:
        assert Document.objects.count() == avant
        return

    with default_storage.open(document.emplacement) as garde:
        assert hashlib.sha256(garde.read()).hexdigest() == document.sha256 == hashlib.sha256(contenu).hexdigest()
    assert document.taille == len(contenu)


@given(st.lists(st.binary(max_size=5_000), max_size=30))
@peu
def test_l_empreinte_ne_depend_pas_des_morceaux(morceaux):
    arrivee = Arrivee()
    for morceau in morceaux:
        arrivee.ecrire(morceau)
    arrivee.finir()

    assert arrivee.chemin.read_bytes() == b"".join(morceaux)
    assert arrivee.sha256 == hashlib.sha256(b"".join(morceaux)).hexdigest()
    arrivee.jeter()
