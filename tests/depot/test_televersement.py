"""L'arrivée d'un fichier : la garde et la taille d'abord, une seule écriture, rien de laissé derrière."""

import io
import uuid
from pathlib import Path

import pytest
from django.core.files.base import ContentFile
from django.core.files.storage import default_storage
from django.test import Client
from django.urls import reverse

from depot import services, televersement
from depot.models import Document
from depot.stockage import Arrivee, FichierArrive
from tests.accounts.factories import UtilisateurFactory
from tests.depot import fabrique
from tests.depot.factories import CampagneFactory, deposant
from tests.depot.test_views import envoyer, texte
from tests.habilitations.factories import HabilitationFactory
from tests.structures.factories import StructureFactory

JSON = {"headers": {"accept": "application/json"}}


@pytest.fixture
def ici(db):
    return StructureFactory(nom="CAMSP DES TILLEULS")


@pytest.fixture
def alice(client, ici):
    personne = deposant(ici)
    client.force_login(personne)
    return personne


@pytest.fixture(autouse=True)
def arrivees(stockage_des_arrivees):
    return stockage_des_arrivees


def restes(dossier):
    return [chemin for chemin in dossier.rglob("*") if chemin.is_file()]


def corps(borne, contenu, *, fin=True):
    """Un envoi tel qu'il voyage ; sans `fin`, la connexion a été coupée en chemin."""
    tete = f'--{borne}\r\nContent-Disposition: form-data; name="fichiers"; filename="a.pdf"\r\n\r\n'
    return tete.encode() + contenu + (f"\r\n--{borne}--\r\n".encode() if fin else b"")


# --- Avant de lire ---------------------------------------------------------------------------------------------------
def test_un_envoi_qui_s_annonce_trop_lourd_est_refuse_sans_etre_lu(client, alice, arrivees):
    class Intouchable(io.BytesIO):
        def read(self, *_):
            pytest.fail("l'envoi a été lu")

    reponse = client.generic(
        "POST",
        reverse("depot:nouveau"),
        content_type="multipart/form-data; boundary=x",
        CONTENT_LENGTH="600000000",
        **{"wsgi.input": Intouchable()},
    )

    assert reponse.status_code == 413
    assert "50,0 Mo au plus" in texte(reponse)


def test_qui_ne_depose_pas_n_ecrit_pas_un_octet(client, ici, arrivees, monkeypatch):
    monkeypatch.setattr(Arrivee, "__init__", lambda *_: pytest.fail("un fichier a commencé à s'écrire"))
    client.force_login(UtilisateurFactory())
    assert envoyer(client, ici, ("a.pdf", b"x")).status_code == 403
    client.logout()
    assert envoyer(client, ici, ("a.pdf", b"x")).status_code == 302


def test_un_envoi_sans_jeton_est_refuse(alice, ici, juge_favorable):
    mefiante = Client(enforce_csrf_checks=True)
    mefiante.force_login(alice)

    assert envoyer(mefiante, ici, ("a.pdf", b"x")).status_code == 403
    assert not Document.objects.exists()


# --- À mesure --------------------------------------------------------------------------------------------------------
def test_un_fichier_trop_gros_est_dit_avec_sa_taille_et_les_autres_passent(client, alice, ici, settings, arrivees):
    settings.DEPOT_TAILLE_MAX = 1_000_000

    reponse = envoyer(client, ici, ("gros.pdf", bytes(2_500_000)), ("bon.pdf", fabrique.pdf()))

    page = texte(client.get(reponse.url))
    assert "Non déposé – gros.pdf : Le fichier fait 3 Mo ; le maximum est 1 Mo." in page
    assert Document.objects.get().nom_fichier == "bon.pdf"
    assert not restes(arrivees)


def test_passe_la_limite_plus_rien_ne_s_ecrit(arrivees):
    arrivee = Arrivee(taille_max=10)
    arrivee.ecrire(b"x" * 8)
    arrivee.ecrire(b"x" * 8)
    arrivee.ecrire(b"x" * 8)

    assert arrivee.trop_gros
    assert arrivee.taille == 24
    assert not restes(arrivees)


def test_un_fichier_de_la_taille_maximale_est_recu(client, alice, ici, settings, juge_favorable):
    settings.DEPOT_TAILLE_MAX = 1_000

    assert envoyer(client, ici, ("a.pdf", b"x" * 1_000)).status_code == 302
    assert envoyer(client, ici, ("b.pdf", b"x" * 1_001)).status_code == 422


def test_un_envoi_coupe_en_chemin_ne_depose_rien_et_n_oublie_rien_sur_le_disque(rf, settings, arrivees):
    contenu = corps("x", b"y" * 100_000, fin=False)
    requete = rf.generic("POST", "/", contenu, content_type="multipart/form-data; boundary=x")
    requete.META["CONTENT_LENGTH"] = str(len(contenu) + 100_000)
    televersement.preparer(requete, 1_000_000)

    assert not requete.FILES

    requete.close()
    assert not restes(arrivees)


def test_le_fichier_range_est_celui_qui_est_arrive_sans_copie(rf, arrivees, juge_favorable, ici, db):
    requete = rf.generic("POST", "/", corps("x", b"%PDF"), content_type="multipart/form-data; boundary=x")
    televersement.preparer(requete, 1_000_000)
    fichier = requete.FILES["fichiers"]
    assert isinstance(fichier, FichierArrive)
    assert fichier.read() == b"%PDF"
    noeud = fichier.arrivee.chemin.stat().st_ino

    envoi = services.Envoi(CampagneFactory(), ici, fichier)
    document = services.deposer(envoi=envoi, acteur=UtilisateurFactory())
    requete.close()

    garde = Path(default_storage.path(document.emplacement))
    assert garde.read_bytes() == b"%PDF"
    assert garde.stat().st_ino == noeud
    assert not restes(arrivees)


# --- Rejouer ---------------------------------------------------------------------------------------------------------
def depot_avec(client, structure, contenu, cle, **champs):
    donnees = {
        "structure": structure.pk,
        "campagne": CampagneFactory().pk,
        "nature": "qualitatif",
        "cle": cle,
        "fichiers": fabrique.envoi(contenu, "a.pdf"),
    }
    return client.post(reverse("depot:nouveau"), donnees | champs, **JSON)


def test_un_envoi_rejoue_rend_le_meme_recepisse_meme_apres_une_autre_version(client, alice, ici, juge_favorable):
    cle = str(uuid.uuid4())
    premier = depot_avec(client, ici, b"un", cle)
    depot_avec(client, ici, b"deux", str(uuid.uuid4()))
    rejoue = depot_avec(client, ici, b"un", cle)

    assert premier.status_code == rejoue.status_code == 201
    assert premier.json() == rejoue.json()
    assert Document.objects.count() == 2


def test_la_meme_cle_pour_un_autre_fichier_ou_une_autre_structure_est_un_autre_depot(
    client, alice, ici, juge_favorable
):
    autre = HabilitationFactory(titulaire=alice, profil__code="gestionnaire", structure=StructureFactory()).structure
    for structure, contenu in ((ici, b"un"), (ici, b"deux"), (autre, b"un")):
        assert depot_avec(client, structure, contenu, "cle").status_code == 201

    assert Document.objects.count() == 3


def test_apres_une_coupure_la_page_apprend_ce_qui_etait_arrive(client, alice, ici, juge_favorable):
    adresse = reverse("depot:envoi", args=["cle"])
    assert client.get(adresse).status_code == 404

    recu = depot_avec(client, ici, b"un", "cle").json()

    assert client.get(adresse).json() == recu
    collegue = deposant(ici)
    client.force_login(collegue)
    assert client.get(adresse).status_code == 404


def test_le_script_lit_une_phrase_et_non_une_page(client, alice, ici):
    reponse = depot_avec(client, ici, fabrique.document_word(), "cle", nature="quantitatif")

    assert reponse.status_code == 422
    assert reponse.json()["phrase"] == "Vous avez déposé un document Word dans la case Excel."
    assert depot_avec(client, StructureFactory(), b"x", "cle").json()["phrase"]


# --- Nature et quota -------------------------------------------------------------------------------------------------
def test_sans_nature_le_contenu_dit_la_case(client, alice, ici):
    envoyer(client, ici, ("a.docx", fabrique.classeur()), ("b.pdf", fabrique.pdf()), nature="")

    assert sorted(Document.objects.values_list("nom_fichier", "nature")) == [
        ("a.xlsx", "quantitatif"),
        ("b.pdf", "qualitatif"),
    ]


def test_sans_nature_un_refus_dit_tout_ce_qui_se_depose(client, alice, ici):
    page = texte(envoyer(client, ici, ("a.png", b"\x89PNG" + bytes(50)), nature=""))

    assert "Déposez un classeur .xlsx, .xls ou .ods, ou un document .docx, .doc, .odt ou .pdf." in page


def test_une_structure_qui_a_depose_son_quota_de_l_annee_s_arrete_la(client, alice, ici, settings, juge_favorable):
    settings.DEPOT_QUOTA = 1_500

    assert envoyer(client, ici, ("a.pdf", b"x" * 1_000)).status_code == 302
    reponse = envoyer(client, ici, ("b.pdf", b"y" * 1_000))

    assert reponse.status_code == 422
    assert "Votre structure a déjà déposé" in texte(reponse)
    assert envoyer(client, ici, ("c.pdf", b"z" * 500)).status_code == 302


def test_un_fichier_qui_ne_vient_pas_d_un_formulaire_se_depose_aussi(juge_favorable, ici):
    envoi = services.Envoi(CampagneFactory(), ici, ContentFile(b"%PDF", name="a.pdf"))

    assert services.deposer(envoi=envoi, acteur=UtilisateurFactory()).taille == 4
