"""Le stockage S3, devant un vrai serveur : ce qui est acquitté y est, entier, et une panne n'acquitte rien."""

import contextlib
import io
import socket
import subprocess
import sys
import time
import zipfile
from datetime import timedelta

import pytest
from boto3.session import Session
from botocore.config import Config
from django.core.files.base import ContentFile
from django.core.files.storage import default_storage
from django.urls import reverse
from django.utils import timezone

from courriels.models import Courriel
from depot import services, stockage_s3
from depot.enums import EtatDocument
from depot.erreurs import StockageIndisponible
from depot.models import Document
from depot.services import fichiers
from tests.depot import fabrique
from tests.depot.factories import CampagneFactory, DocumentFactory, deposant
from tests.structures.factories import StructureFactory

pytestmark = pytest.mark.django_db
SEAU = "depots"


def acces(port):
    return {
        "endpoint_url": f"http://127.0.0.1:{port}",
        "aws_access_key_id": "cle",
        "aws_secret_access_key": "secret",
        "region_name": "us-east-1",
    }


@pytest.fixture(scope="session")
def port_s3():
    with socket.socket() as libre:
        libre.bind(("127.0.0.1", 0))
        port = libre.getsockname()[1]
    serveur = subprocess.Popen(
        [sys.executable, "-m", "moto.server", "-H", "127.0.0.1", "-p", str(port)],
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    )
    try:
        echeance = time.monotonic() + 60
        while serveur.poll() is None and time.monotonic() < echeance:
            with socket.socket() as sonde:
                if sonde.connect_ex(("127.0.0.1", port)) == 0:
                    break
            with contextlib.suppress(subprocess.TimeoutExpired):
                serveur.wait(0.1)
        yield port
    finally:
        serveur.kill()
        serveur.wait()


def employer(settings, port):
    options = {"seau": SEAU, "prefixe": "portail", "acces": acces(port)}
    s3 = {"BACKEND": "depot.stockage_s3.StockageS3", "OPTIONS": options}
    settings.STORAGES = settings.STORAGES | {"default": s3}


@pytest.fixture
def espace(settings, port_s3, stockage_des_arrivees):
    """Un espace vide, où le portail range désormais ; rend de quoi lire ce qu'il contient vraiment."""
    client = Session().client("s3", **acces(port_s3))
    client.create_bucket(Bucket=SEAU)
    employer(settings, port_s3)
    yield lambda: {
        objet["Key"]: client.get_object(Bucket=SEAU, Key=objet["Key"])["Body"].read()
        for objet in client.list_objects_v2(Bucket=SEAU).get("Contents", ())
    }
    for objet in client.list_objects_v2(Bucket=SEAU).get("Contents", ()):
        client.delete_object(Bucket=SEAU, Key=objet["Key"])
    client.delete_bucket(Bucket=SEAU)
    client.close()


@pytest.fixture
def en_panne(settings, monkeypatch):
    """L'espace ne répond plus."""
    monkeypatch.setattr(stockage_s3, "RESEAU", Config(retries={"max_attempts": 0}))
    employer(settings, 1)


@pytest.fixture
def alice(client):
    structure = StructureFactory()
    personne = deposant(structure)
    client.force_login(personne)
    return personne


def envoyer(client, contenu):
    structure = client.get(reverse("depot:nouveau")).context["form"].fields["structure"].queryset.get()
    donnees = {
        "structure": structure.pk,
        "campagne": CampagneFactory().pk,
        "nature": "qualitatif",
        "fichiers": [fabrique.envoi(contenu, "rapport.pdf")],
    }
    return client.post(reverse("depot:nouveau"), donnees)


@pytest.fixture
def depose(client, alice, espace, juge_favorable):
    """Un rapport de 70 000 octets, déposé et pas encore analysé."""
    envoyer(client, b"%PDF" * 17_500)
    return Document.objects.get()


def test_ce_qui_est_acquitte_est_dans_l_espace_et_nulle_part_ailleurs(depose, espace, stockage_des_arrivees):
    assert espace() == {f"portail/{depose.emplacement}": b"%PDF" * 17_500}
    assert depose.emplacement.startswith("quarantaine/")
    assert Courriel.objects.filter(modele="depot/courriels/recepisse").exists()
    assert not list(stockage_des_arrivees.iterdir())


def test_publie_le_document_change_de_place_et_se_telecharge_entier(client, depose, espace, au_commit):
    with au_commit():
        services.analyser(numero=depose.pk)

    depose.refresh_from_db()
    reponse = client.get(reverse("depot:telecharger", args=[depose.reference]))
    assert list(espace()) == [f"portail/{depose.emplacement}"]
    assert depose.emplacement.startswith("publie/")
    assert reponse["Content-Length"] == "70000"
    assert b"".join(reponse.streaming_content) == b"%PDF" * 17_500


def test_la_liasse_se_lit_dans_l_espace(client, depose, au_commit):
    with au_commit():
        services.analyser(numero=depose.pk)

    reponse = client.get(reverse("depot:liasse_des_documents"))

    with zipfile.ZipFile(io.BytesIO(b"".join(reponse.streaming_content))) as archive:
        assert [archive.read(nom) for nom in archive.namelist() if nom.endswith(".pdf")] == [b"%PDF" * 17_500]


def test_un_document_efface_quitte_l_espace(depose, espace, au_commit):
    passe = timezone.now() - timedelta(days=60)
    Document.objects.update(supprime_le=passe, supprime_par=depose.deposant, effacement_annonce_le=passe)

    with au_commit():
        assert services.vider_la_corbeille() == 1

    assert espace() == {}


def test_le_balayage_efface_ce_que_rien_ne_nomme(depose, espace, monkeypatch):
    default_storage.save("quarantaine/perdu", ContentFile(b"x"))
    apres_demain = timezone.now() + timedelta(days=2)
    monkeypatch.setattr(fichiers.timezone, "now", lambda: apres_demain)

    assert services.balayer() == 1
    assert list(espace()) == [f"portail/{depose.emplacement}"]


def test_un_fichier_absent_se_dit_absent(espace):
    assert not default_storage.exists("publie/absent")
    with pytest.raises(FileNotFoundError):
        default_storage.open("publie/absent")


def test_l_espace_en_panne_n_acquitte_rien_et_le_dit(client, alice, en_panne, stockage_des_arrivees, juge_favorable):
    reponse = envoyer(client, b"%PDF")

    assert reponse.status_code == 507
    assert "Rien n&#x27;a été gardé : réessayez plus tard." in reponse.content.decode()
    assert not Document.objects.exists()
    assert not Courriel.objects.exists()
    assert not list(stockage_des_arrivees.iterdir())


def test_l_espace_en_panne_un_document_ne_se_lit_pas_et_la_liste_le_dit(client, alice, en_panne):
    structure = alice.habilitations.get().structure
    document = DocumentFactory(structure=structure, fichier="publie/ailleurs")

    page = client.get(reverse("depot:telecharger", args=[document.reference]), follow=True).content.decode()

    assert "ne peut pas être lu en ce moment" in page


def test_l_espace_en_panne_un_document_attend_son_analyse(en_panne):
    document = DocumentFactory(etat=EtatDocument.CONTROLE, fichier="quarantaine/ailleurs")

    services.analyser(numero=document.pk)

    document.refresh_from_db()
    assert document.etat == EtatDocument.CONTROLE
    assert document.prochaine_analyse_le > timezone.now()


def test_l_espace_en_panne_au_moment_de_publier_un_document_attend(depose, monkeypatch):
    def tomber(*_):
        raise StockageIndisponible

    monkeypatch.setattr(stockage_s3.StockageS3, "lier", tomber)

    services.analyser(numero=depose.pk)

    depose.refresh_from_db()
    assert depose.etat == EtatDocument.CONTROLE
