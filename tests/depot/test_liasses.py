import csv
import io
import zipfile

import pytest
from django.urls import reverse

from depot.enums import EtatDocument, NatureDocument
from depot.liasses import nom_dans_la_liasse
from structures.models import Departement, Region
from tests.depot.factories import CampagneFactory, DocumentFactory, agent, deposant
from tests.structures.factories import StructureFactory


@pytest.fixture
def bretagne(db):
    region = Region.objects.create(code="53", nom="Bretagne")
    return Departement.objects.create(code="35", nom="Ille-et-Vilaine", region=region)


@pytest.fixture
def ici(bretagne):
    return StructureFactory(nom="CAMSP DES TILLEULS", departement=bretagne)


def ouvrir(client, adresse, **filtres):
    reponse = client.get(reverse(f"depot:{adresse}"), filtres)
    contenu = b"".join(reponse)
    assert int(reponse["Content-Length"]) == len(contenu)
    return zipfile.ZipFile(io.BytesIO(contenu))


def test_la_liasse_a_des_noms_lisibles_et_uniques(client, ici):
    for version in (1, 2):
        DocumentFactory(structure=ici, version=version)
    client.force_login(deposant(ici))

    archive = ouvrir(client, "liasse_des_documents", versions="on")

    dossier = f"2026/35 - Ille-et-Vilaine/{ici.numero_finess} CAMSP DES TILLEULS - qualitatif"
    assert archive.namelist() == ["sommaire.csv", f"{dossier} v1.pdf", f"{dossier} v2.pdf"]
    assert archive.read(f"{dossier} v1.pdf") == b"%PDF"


def test_le_sommaire_de_la_liasse_dit_reference_et_empreinte(client, ici):
    document = DocumentFactory(structure=ici)
    client.force_login(deposant(ici))

    sommaire = ouvrir(client, "liasse_des_documents").read("sommaire.csv").decode("utf-8-sig")

    (ligne,) = csv.DictReader(io.StringIO(sommaire), delimiter=";")
    assert ligne["Référence"] == document.reference
    assert ligne["Empreinte SHA-256"] == document.sha256


def test_la_liasse_ne_porte_que_les_documents_publies_de_ses_structures(client, ici):
    DocumentFactory(structure=ici, etat=EtatDocument.EXAMEN_MANUEL)
    DocumentFactory(structure=StructureFactory(nom="CAMSP DES ROSES"))
    sien = DocumentFactory(structure=ici, nature=NatureDocument.QUANTITATIF)
    client.force_login(deposant(ici))

    assert ouvrir(client, "liasse_des_documents").namelist() == ["sommaire.csv", nom_dans_la_liasse(sien)]


def test_une_liasse_vide_n_existe_pas(client, ici):
    client.force_login(deposant(ici))

    assert client.get(reverse("depot:liasse_des_documents")).status_code == 404


def test_la_liasse_de_la_liste_prend_la_derniere_version_de_la_campagne(client, ici):
    DocumentFactory(structure=ici, version=1)
    derniere = DocumentFactory(structure=ici, version=2)
    DocumentFactory(structure=ici, campagne=CampagneFactory(annee=2025))
    client.force_login(agent())

    archive = ouvrir(client, "liasse_de_la_liste", campagne=2026)

    assert archive.namelist() == ["sommaire.csv", nom_dans_la_liasse(derniere)]


def test_la_liasse_de_la_liste_suit_ses_filtres(client, ici):
    DocumentFactory(structure=ici)
    client.force_login(agent())

    assert client.get(reverse("depot:liasse_de_la_liste"), {"texte": "introuvable"}).status_code == 404


def test_un_nom_de_structure_ne_sort_pas_de_son_dossier(db):
    document = DocumentFactory(structure=StructureFactory(nom="../../etc/passwd"))

    assert nom_dans_la_liasse(document).count("/") == 2


@pytest.mark.parametrize("format_", ["xlsx", "csv"])
@pytest.mark.parametrize("liste", ["exporter_documents", "exporter_liste"])
def test_les_listes_s_emportent(client, ici, liste, format_):
    DocumentFactory(structure=ici)
    client.force_login(deposant(ici))

    reponse = client.get(reverse(f"depot:{liste}", args=[format_]))

    assert reponse.status_code == 200
    assert b"".join(reponse)


def test_un_format_inconnu_n_existe_pas(client, ici):
    CampagneFactory()
    client.force_login(deposant(ici))

    assert client.get(reverse("depot:exporter_liste", args=["exe"])).status_code == 404


def test_l_export_de_la_liste_dit_ce_qui_est_recu(client, ici):
    document = DocumentFactory(structure=ici)
    client.force_login(deposant(ici))

    contenu = b"".join(client.get(reverse("depot:exporter_liste", args=["csv"]))).decode("utf-8-sig")

    (ligne,) = csv.DictReader(io.StringIO(contenu), delimiter=";")
    assert (ligne["N° FINESS"], ligne["Région"], ligne["État"]) == (ici.numero_finess, "Bretagne", "Incomplet")
    assert ligne["Rapport d'activité qualitatif : référence"] == document.reference
    assert not ligne["Rapport d'activité quantitatif : référence"]


def test_un_export_ne_montre_pas_les_structures_des_autres(client, ici):
    ailleurs = DocumentFactory(structure=StructureFactory(nom="CAMSP DES ROSES"))
    client.force_login(deposant(ici))

    for liste in ("exporter_documents", "exporter_liste"):
        contenu = b"".join(client.get(reverse(f"depot:{liste}", args=["csv"]))).decode()
        assert ailleurs.structure.nom not in contenu


def test_les_documents_ne_montrent_que_la_derniere_version_sauf_demande(client, ici):
    premiere, seconde = (DocumentFactory(structure=ici, version=version) for version in (1, 2))
    client.force_login(deposant(ici))

    page = client.get(reverse("depot:documents")).content.decode()
    toutes = client.get(reverse("depot:documents"), {"versions": "on"}).content.decode()

    assert seconde.reference in page
    assert premiere.reference not in page
    assert premiere.reference in toutes


def test_une_version_jetee_rend_sa_place_a_la_precedente(client, ici):
    premiere, seconde = (DocumentFactory(structure=ici, version=version) for version in (1, 2))
    personne = deposant(ici)
    client.force_login(personne)

    client.post(reverse("depot:supprimer", args=[seconde.reference]))

    assert premiere.reference in client.get(reverse("depot:documents")).content.decode()


@pytest.mark.parametrize("texte", ["rapport été", "2026-"])
def test_un_document_se_cherche_par_son_nom_ou_sa_reference(client, ici, texte):
    document = DocumentFactory(structure=ici)
    client.force_login(deposant(ici))

    assert document.reference in client.get(reverse("depot:documents"), {"texte": texte}).content.decode()
