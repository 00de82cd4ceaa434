"""Le récépissé en PDF et la vérification ouverte à tous."""

import hashlib
import io
from datetime import datetime
from zoneinfo import ZoneInfo

import pikepdf
import pytest
from django.urls import reverse

from depot import queries, recepisse_pdf
from depot.enums import EtatDocument
from depot.models import Document
from tests.depot import fabrique
from tests.depot.factories import CampagneFactory, DocumentFactory, deposant

pytestmark = pytest.mark.django_db
LE_12_MAI = datetime(2026, 5, 12, 14, 3, tzinfo=ZoneInfo("Europe/Paris"))


def texte(reponse):
    return " ".join(reponse.content.decode().split())


def verifier(client, saisie):
    return client.get(reverse("depot:verifier"), {"q": saisie})


def ouvrir(document):
    return pikepdf.open(io.BytesIO(recepisse_pdf.composer(document)))


# --- PDF -------------------------------------------------------------------------------------------------------------
def test_le_recepisse_se_telecharge_en_pdf(client):
    document = DocumentFactory()
    client.force_login(deposant(document.structure))

    reponse = client.get(reverse("depot:recepisse_pdf", args=[document.reference]))

    assert reponse["Content-Type"] == "application/pdf"
    assert reponse["Content-Disposition"] == f'attachment; filename="recepisse-{document.reference}.pdf"'
    assert reponse["Cache-Control"] == "private, no-store"
    assert reponse.content.startswith(b"%PDF-")


def test_le_recepisse_d_un_autre_n_existe_pas_en_pdf(client):
    client.force_login(deposant())

    assert client.get(reverse("depot:recepisse_pdf", args=[DocumentFactory().reference])).status_code == 404


def test_le_pdf_est_balise_titre_et_dit_sa_langue():
    document = DocumentFactory()

    with ouvrir(document) as pdf:
        balises = [str(element.S) for element in pdf.Root.StructTreeRoot.K[0].K]
        assert balises[:3] == ["/P", "/H1", "/H2"]
        assert pdf.Root.Lang == "fr-FR"
        assert pdf.docinfo["/Title"] == f"Récépissé de dépôt {document.reference}"
        [figure] = [element for element in pdf.Root.StructTreeRoot.K[0].K if element.S == "/Figure"]
        assert str(figure.Alt).endswith(reverse("depot:verifier_reference", args=[document.reference]))
        assert len(pdf.pages) == 1


@pytest.mark.parametrize("nom", ["日本語.pdf", "x" * 200, "إسم.pdf", "a\u202fb.pdf", "👩‍⚕️.pdf"])
def test_un_nom_que_la_police_ignore_n_empeche_pas_le_recepisse(nom):
    with ouvrir(DocumentFactory(nom_fichier=nom)) as pdf:
        assert len(pdf.pages) == 1


# --- Vérification ----------------------------------------------------------------------------------------------------
def test_une_reference_deposee_dit_quand_et_pour_qui_sans_compte(client):
    document = DocumentFactory(depose_le=LE_12_MAI)

    page = texte(verifier(client, document.reference))

    assert "a été déposé le 12 mai 2026 à 14:03 pour" in page
    assert document.structure.nom in page
    for tu in (document.nom_fichier, document.sha256, document.deposant.nom, "qualitatif"):
        assert tu not in page


def test_le_code_qr_mene_au_meme_resultat(client):
    document = DocumentFactory()

    page = texte(client.get(reverse("depot:verifier_reference", args=[document.reference])))

    assert document.structure.nom in page


def test_une_empreinte_dit_chaque_structure_qui_a_depose_ce_contenu(client, juge_favorable):
    contenu = fabrique.pdf()
    empreinte = hashlib.sha256(contenu).hexdigest()
    documents = [DocumentFactory(sha256=empreinte) for _ in range(2)]

    page = texte(verifier(client, f" {empreinte[:32]}\n{empreinte[32:].upper()} "))

    for document in documents:
        assert document.structure.nom in page


@pytest.mark.parametrize("saisie", ["2026 7k3f 92qx", "20267K3F92QX", "2026-7k3f-92qx"])
def test_une_reference_se_dicte(client, saisie):
    DocumentFactory(reference="2026-7K3F-92QX")

    assert "a été déposé le" in texte(verifier(client, saisie))


@pytest.mark.parametrize("saisie", ["2026-7K3F-92QX", "a" * 64])
def test_ce_qui_n_est_pas_depose_est_dit(client, saisie):
    DocumentFactory(sha256="b" * 64)

    assert "Aucun document déposé ne répond" in texte(verifier(client, saisie))


@pytest.mark.parametrize("saisie", ["", "bonjour", "2026", "%", "2026-____-____", "a" * 63])
def test_une_saisie_qui_n_est_rien_est_expliquee(client, saisie):
    DocumentFactory()

    assert verifier(client, saisie).status_code == 422


@pytest.mark.parametrize("etat", [EtatDocument.INFECTE, EtatDocument.REFUSE])
def test_un_depot_ecarte_ne_se_verifie_pas(client, etat):
    assert "Aucun document" in texte(verifier(client, DocumentFactory(etat=etat).reference))


def test_qui_cherche_au_hasard_finit_par_attendre_et_qui_trouve_non(client, settings):
    settings.LIMITES = settings.LIMITES | {"verification": (1, 3600)}
    document = DocumentFactory()
    for _ in range(60):
        assert verifier(client, document.reference).status_code == 200

    reponses = [verifier(client, f"2026-{rang:04}-XXXX").status_code for rang in range(52)]

    assert reponses[:50] == [200] * 50
    assert reponses[51] == 429


def test_les_references_ne_se_devinent_pas():
    assert len(Document.nouvelle_reference(2026).split("-", 1)[1].replace("-", "")) == 8
    assert queries.depots_verifies("2026-0000-0000") == []


def test_la_page_du_recepisse_mene_au_pdf_et_a_la_verification(client):
    document = DocumentFactory(campagne=CampagneFactory())
    client.force_login(deposant(document.structure))

    page = texte(client.get(reverse("depot:recepisse", args=[document.reference])))

    assert reverse("depot:recepisse_pdf", args=[document.reference]) in page
    assert reverse("depot:verifier_reference", args=[document.reference]) in page
    assert 'src="data:image/svg' in page
