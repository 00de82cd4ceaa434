"""Les pages des agents : campagnes, délais, publications ; et ce que les structures en lisent."""

import io
from datetime import timedelta

import openpyxl
import pytest
from django.core.files.storage import default_storage
from django.urls import reverse
from django.utils import timezone

from depot.classeur import exemples
from depot.models import Campagne, Prolongation, Publication
from tests.depot import fabrique
from tests.depot.factories import CampagneFactory, DocumentFactory, PublicationFactory, agent, deposant
from tests.structures.factories import CategorieFactory, StructureFactory

pytestmark = pytest.mark.django_db


def jour(ecart=0):
    return (timezone.localdate() + timedelta(days=ecart)).isoformat()


def texte(reponse):
    return " ".join(reponse.content.decode().split())


@pytest.fixture
def alex(client):
    """Un agent, connecté."""
    personne = agent()
    client.force_login(personne)
    return personne


@pytest.fixture
def alice(client):
    """Une déposante, connectée ; sa structure est un CAMSP."""
    personne = deposant()
    client.force_login(personne)
    return personne


SAISIE = {
    "annee": 2030,
    "ouverte_le": jour(),
    "echeance_le": jour(30),
    "retard_jusqu_au": jour(45),
    "consignes": "Partez du modèle.",
    "attente_190_quantitatif": "obligatoire",
    "attente_190_qualitatif": "facultatif",
    "attente_189_quantitatif": "obligatoire",
    "attente_189_qualitatif": "non_attendu",
}


def test_un_agent_cree_une_campagne(client, alex):
    reponse = client.post(reverse("depot:nouvelle_campagne"), SAISIE)

    assert reponse.url == reverse("depot:campagne", args=[2030])
    page = texte(client.get(reponse.url))
    assert "CAMSP – Rapport d&#x27;activité qualitatif</dt><dd>Facultatif" in page
    assert "CMPP – Rapport d&#x27;activité qualitatif" not in page
    assert "2030" in texte(client.get(reverse("depot:campagnes")))


@pytest.mark.parametrize(
    ("champs", "phrase"),
    [
        ({"echeance_le": jour(-1)}, "L&#x27;échéance doit suivre le premier jour"),
        ({"retard_jusqu_au": jour(2)}, "La période de retard finit après l&#x27;échéance"),
        ({"annee": 2029}, "La campagne 2029 existe déjà"),
        ({"echeance_le": "bientôt"}, "Saisissez une date valide"),
    ],
)
def test_une_mauvaise_saisie_est_dite_et_ne_cree_rien(client, alex, champs, phrase):
    CampagneFactory(annee=2029)

    reponse = client.post(reverse("depot:nouvelle_campagne"), SAISIE | champs)

    assert reponse.status_code == 422
    assert phrase in texte(reponse)
    assert not Campagne.objects.filter(annee=2030).exists()


def test_un_agent_modifie_clot_et_rouvre(client, alex):
    campagne = CampagneFactory(annee=2030)
    adresse = [2030]
    client.post(reverse("depot:modifier_campagne", args=adresse), SAISIE)
    campagne.refresh_from_db()
    assert (campagne.consignes, campagne.pieces.count()) == ("Partez du modèle.", 3)

    client.post(reverse("depot:clore_campagne", args=adresse))
    campagne.refresh_from_db()
    assert not campagne.est_ouverte
    assert "n&#x27;est pas ouverte" in texte(client.post(reverse("depot:clore_campagne", args=adresse), follow=True))

    trop_tot = client.post(reverse("depot:rouvrir_campagne", args=adresse), {"echeance_le": jour(-1)})
    assert "est déjà passée" in texte(trop_tot)
    client.post(reverse("depot:rouvrir_campagne", args=adresse), {"echeance_le": jour(3)})
    campagne.refresh_from_db()
    assert campagne.est_ouverte


def test_un_agent_accorde_un_delai_et_le_retire(client, alex):
    campagne = CampagneFactory()
    structure = StructureFactory(numero_finess="750790073")
    adresse = reverse("depot:prolonger", args=[campagne.annee])
    saisie = {"numero": "750790073", "jusqu_au": jour(40), "motif": "Panne"}

    assert "au-delà de l&#x27;échéance" in texte(client.post(adresse, saisie | {"jusqu_au": jour(1)}))
    assert client.post(adresse, saisie | {"numero": "999"}).status_code == 422
    client.post(adresse, saisie)

    prolongation = Prolongation.objects.get()
    assert structure.nom in texte(client.get(reverse("depot:campagne", args=[campagne.annee])))
    client.post(reverse("depot:retirer_prolongation", args=[prolongation.pk]))
    assert not Prolongation.objects.exists()


# --- Ce que lisent les structures ------------------------------------------------------------------------------------
@pytest.mark.parametrize("page", ["accueil", "zone"])
@pytest.mark.parametrize(
    ("dates", "phrase"),
    [
        ({"echeance_le": jour(4)}, "il reste 5 jours"),
        ({"echeance_le": jour()}, "c'est le dernier jour"),
        ({"echeance_le": jour(-1), "retard_jusqu_au": jour(3)}, "est passée : vos dépôts sont encore acceptés"),
    ],
)
def test_l_accueil_et_la_zone_disent_l_echeance(client, alice, page, dates, phrase):
    CampagneFactory(ouverte_le=jour(-5), **dates)

    assert phrase in texte(client.get(reverse(f"depot:{page}")))


@pytest.mark.parametrize("page", ["accueil", "zone"])
def test_l_accueil_et_la_zone_disent_la_prolongation(client, alice, page):
    campagne = CampagneFactory(ouverte_le=jour(-5), echeance_le=jour(-1))
    structure = alice.habilitations.get().structure
    Prolongation.objects.create(
        campagne=campagne, structure=structure, jusqu_au=jour(2), motif="Panne", accordee_par=alice
    )

    contenu = texte(client.get(reverse(f"depot:{page}")))

    assert "Délai prolongé pour" in contenu
    assert "Panne" not in contenu
    assert "possible" in client.get(reverse("depot:nouveau")).context
    assert client.get(reverse("depot:nouveau")).context["possible"]


def test_la_zone_donne_les_consignes_et_les_modeles_de_sa_categorie(client, alice):
    campagne = CampagneFactory(consignes="Partez du modèle.")
    PublicationFactory(titre="Modèle des CAMSP", campagne=campagne, nature="quantitatif", categorie="190")
    PublicationFactory(titre="Modèle des CMPP", campagne=campagne, nature="quantitatif", categorie="189")

    contenu = texte(client.get(reverse("depot:zone")))

    assert "Partez du modèle." in contenu
    assert "Modèle des CAMSP" in contenu
    assert "Modèle des CMPP" not in contenu


# --- Publications ----------------------------------------------------------------------------------------------------
def publier(client, contenu=None, nom="guide.pdf", **champs):
    saisie = {"titre": "Guide", "fichier": fabrique.envoi(contenu or fabrique.pdf(), nom)}
    return client.post(reverse("depot:publier"), saisie | champs)


def lire(client, publication):
    return client.get(reverse("depot:telecharger_publication", args=[publication.pk]))


def test_un_agent_publie_pour_tous(client, alex):
    assert publier(client).url == reverse("depot:documents")

    publication = Publication.objects.get()
    client.force_login(deposant())
    assert "Guide" in texte(client.get(reverse("depot:documents")))
    reponse = lire(client, publication)
    assert reponse["Content-Disposition"] == 'attachment; filename="guide.pdf"'
    assert b"".join(reponse.streaming_content).startswith(b"%PDF-")


@pytest.mark.parametrize(
    ("champs", "phrase"),
    [
        ({"contenu": b"MZ"}, "Ce fichier est un programme"),
        ({"nature": "qualitatif"}, "Un modèle appartient à une campagne"),
        ({"titre": ""}, "Donnez un titre"),
    ],
)
def test_une_publication_refusee_ne_laisse_rien(client, alex, stockage, champs, phrase):
    reponse = publier(client, **champs)

    assert reponse.status_code == 422
    assert phrase in texte(reponse)
    assert not Publication.objects.exists()
    assert not [chemin for chemin in stockage.rglob("*") if chemin.is_file()]


def test_un_second_modele_pour_le_meme_rapport_est_refuse_et_se_remplace(client, alex, stockage):
    CampagneFactory(annee=2030)
    modele = {"nature": "qualitatif", "campagne": "2030", "categorie": "190"}
    publier(client, **modele)
    assert "remplacez-le plutôt" in texte(publier(client, **modele))

    ancien = Publication.objects.get()
    adresse = reverse("depot:remplacer_publication", args=[ancien.pk])
    client.post(adresse, {"fichier": fabrique.envoi(fabrique.document_word(), "plan.docx")})

    nouveau = Publication.objects.en_ligne().get()
    assert (nouveau.nom_fichier, nouveau.titre, nouveau.nature) == ("plan.docx", "Guide", "qualitatif")
    assert lire(client, ancien).status_code == 404
    assert default_storage.exists(ancien.emplacement)


def test_un_document_retire_ne_se_telecharge_plus(client, alex):
    publication = PublicationFactory()
    adresse = reverse("depot:retirer_publication", args=[publication.pk])

    assert "Retirer « Guide du dépôt »" in texte(client.get(adresse))
    client.post(adresse)

    assert lire(client, publication).status_code == 404
    assert client.post(adresse).status_code == 404


def test_ce_qui_est_publie_pour_l_autre_categorie_n_existe_pas(client, alice):
    CategorieFactory(code="189")
    publication = PublicationFactory(categorie="189")

    assert lire(client, publication).status_code == 404


def test_un_modele_de_classeur_dit_combien_de_cellules_seront_verifiees(client, alex):
    CampagneFactory(annee=2030)
    contenu = exemples.composer(exemples.CAMSP, 2030)

    reponse = publier(client, contenu, "modele.xlsx", nature="quantitatif", campagne="2030", categorie="190")

    nombre = len(Publication.objects.get().controles)
    assert nombre > 30
    assert f"{nombre} cellules des classeurs déposés seront vérifiées" in texte(client.get(reponse.url))


def test_un_modele_publie_apres_des_depots_dit_combien_de_classeurs_restent_a_lire(client, alex):
    DocumentFactory(campagne=CampagneFactory(annee=2030), nature="quantitatif", type="xlsx")
    contenu = exemples.composer(exemples.CAMSP, 2030)

    reponse = publier(client, contenu, "modele.xlsx", nature="quantitatif", campagne="2030", categorie="190")

    assert "1 classeur(s) déjà déposé(s) restent à lire" in texte(client.get(reponse.url))


def test_un_modele_sans_controles_est_accepte_et_le_dit(client, alex):
    CampagneFactory(annee=2030)

    reponse = publier(client, fabrique.classeur(), "modele.xlsx", nature="quantitatif", campagne="2030")

    assert "ne seront pas vérifiés" in texte(client.get(reponse.url))


def test_les_fautes_d_un_modele_sont_toutes_dites_et_rien_n_est_publie(client, alex):
    CampagneFactory(annee=2030)
    livre = openpyxl.load_workbook(io.BytesIO(exemples.composer(exemples.CAMSP, 2030)))
    livre["contrôles"]["E2"], livre["contrôles"]["C3"] = "nombres", "12C"
    sortie = io.BytesIO()
    livre.save(sortie)

    reponse = publier(client, sortie.getvalue(), "modele.xlsx", nature="quantitatif", campagne="2030")

    assert reponse.status_code == 422
    for phrase in (
        "ligne 2 : la sorte « nombres » n&#x27;est pas connue",
        "ligne 3 : « 12C » n&#x27;est pas une cellule",
    ):
        assert phrase in texte(reponse)
    assert not Publication.objects.exists()
