"""L'import, tel que le mène une personne du support."""

from io import BytesIO

import openpyxl
import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.urls import reverse
from kombu.exceptions import OperationalError

from structures.enums import EtatImport
from structures.models import ImportFiness, Structure
from structures.services import charger_references, importer_finess
from tests.accounts.factories import UtilisateurFactory
from tests.habilitations.factories import HabilitationFactory
from tests.structures.fichiers import cle, ecrire, ligne, plusieurs

pytestmark = pytest.mark.django_db
IMPORTER = "admin:structures_importfiness_importer"


@pytest.fixture
def support(client, settings, tmp_path):
    charger_references()
    settings.FINESS_DOSSIER = tmp_path / "finess"
    settings.FINESS_DOSSIER.mkdir()
    client.force_login(UtilisateurFactory(is_staff=True, is_superuser=True))
    return client


def envoyer(client, chemin, **champs):
    fichier = SimpleUploadedFile("registre.csv", chemin.read_bytes())
    return client.post(reverse(IMPORTER), {"fichier": fichier} | champs, follow=True)


def test_un_fichier_envoye_est_importe_et_son_compte_rendu_s_ouvre(support, settings, tmp_path):
    page = envoyer(support, ecrire(tmp_path, *plusieurs(3))).content.decode()
    assert "<strong>3</strong>Établissements lus" in page
    assert Structure.objects.filter(numero_finess__startswith="7507").count() == 3
    assert not list((settings.FINESS_DOSSIER / "envois").iterdir())


def test_un_fichier_du_serveur_se_choisit_dans_la_liste_et_y_reste(support, settings):
    ecrire(settings.FINESS_DOSSIER, ligne())
    (settings.FINESS_DOSSIER / "notes.txt").write_text("non")
    page = support.get(reverse(IMPORTER)).content.decode()
    assert "finess.csv" in page
    assert "notes.txt" not in page
    support.post(reverse(IMPORTER), {"sur_le_serveur": "finess.csv"})
    assert ImportFiness.objects.get().etat == EtatImport.APPLIQUE
    assert (settings.FINESS_DOSSIER / "finess.csv").exists()


@pytest.mark.parametrize("chemin", ["/etc/passwd", "../finess.csv", "notes.txt"])
def test_hors_du_dossier_rien_ne_s_importe(support, tmp_path, chemin):
    ecrire(tmp_path, ligne())
    assert support.post(reverse(IMPORTER), {"sur_le_serveur": chemin}).status_code == 422
    assert not ImportFiness.objects.exists()


def test_il_faut_un_fichier_et_un_seul(support, settings, tmp_path):
    ecrire(settings.FINESS_DOSSIER, ligne())
    assert "mais un seul" in support.post(reverse(IMPORTER), {}).content.decode()
    page = envoyer(support, ecrire(tmp_path, ligne()), sur_le_serveur="finess.csv").content.decode()
    assert "mais un seul" in page


def test_un_fichier_refuse_le_dit_dans_son_compte_rendu(support, tmp_path):
    page = envoyer(support, ecrire(tmp_path, entete="autre chose")).content.decode()
    assert "n&#x27;est pas un extrait FINESS" in page
    assert "refusé" in page


def test_un_recul_se_force_par_la_case(support, tmp_path):
    envoyer(support, ecrire(tmp_path, *plusieurs(40)))
    assert "refusé" in envoyer(support, ecrire(tmp_path, *plusieurs(20))).content.decode()
    envoyer(support, ecrire(tmp_path, *plusieurs(20)), forcer="on")
    assert ImportFiness.objects.first().etat == EtatImport.APPLIQUE


def test_un_second_import_attend_la_fin_du_premier(support, tmp_path):
    ImportFiness.objects.create(fichier="autre.csv", processus="ailleurs:1")
    assert "déjà en cours" in envoyer(support, ecrire(tmp_path, ligne())).content.decode()
    assert ImportFiness.objects.count() == 1


def suivre(client, importation, **criteres):
    adresse = reverse("admin:structures_importfiness_suivre", args=[importation.pk])
    return client.get(adresse, criteres).content.decode()


def test_un_import_en_cours_montre_son_avancement_et_se_rafraichit(support):
    en_cours = ImportFiness.objects.create(fichier="f.csv", lues=40, a_lire=100)
    page = suivre(support, en_cours)
    assert 'max="100" value="40"' in page
    assert "every 1s" in page
    en_cours.etat = EtatImport.REFUSE
    en_cours.save()
    assert "every 1s" not in suivre(support, en_cours)


def test_avec_un_courtier_l_import_part_a_l_ouvrier(support, settings, tmp_path, monkeypatch):
    settings.CELERY_BROKER_URL = "redis://exemple"
    envois = []
    monkeypatch.setattr(
        "structures.services.imports.current_app.send_task", lambda nom, kwargs: envois.append((nom, kwargs))
    )
    page = envoyer(support, ecrire(tmp_path, ligne())).content.decode()
    demande = ImportFiness.objects.get()
    assert "Import en cours" in page
    assert [(nom, options["importation_id"]) for nom, options in envois] == [("structures.importer_finess", demande.pk)]
    assert demande.etat == EtatImport.EN_COURS


def test_un_courtier_muet_est_dit_et_n_empeche_pas_le_suivant(support, settings, tmp_path, monkeypatch):
    settings.CELERY_BROKER_URL = "redis://exemple"

    def echouer(*args, **kwargs):
        raise OperationalError

    monkeypatch.setattr("structures.services.imports.current_app.send_task", echouer)
    assert "file des tâches ne répond pas" in envoyer(support, ecrire(tmp_path, ligne())).content.decode()
    assert ImportFiness.objects.get().etat == EtatImport.REFUSE


@pytest.fixture
def second(support, tmp_path):
    """Un import où la dernière structure par le nom, habilitée, change, et une autre disparaît."""
    importer_finess(
        chemin=ecrire(tmp_path, ligne(c3="ZÈBRE"), ligne(c1=cle("93000001"), c13="93"), *plusieurs(3)), acteur=None
    )
    HabilitationFactory(structure=Structure.objects.get(numero_finess="750790073"))
    lignes = [ligne(c3="ZÈBRE", c16="0600000000"), *plusieurs(3, c16="=1+1")]
    return importer_finess(chemin=ecrire(tmp_path, *lignes), acteur=None, forcer=True)


def test_ce_qui_touche_des_habilitations_vient_d_abord(support, second):
    page = suivre(support, second)
    assert page.index("ZÈBRE") < page.index("CAMSP EXEMPLE 0")
    assert page.count("etat-attention") == 1


def test_un_compte_mene_aux_changements_qu_il_compte(support, second):
    assert '<a href="?nature=disparitions#changements"><strong>1</strong>Absents du fichier</a>' in suivre(
        support, second
    )


@pytest.mark.parametrize(
    ("criteres", "nombre"),
    [
        ({}, 5), ({"nature": "modifications"}, 4), ({"nature": "disparitions"}, 1), ({"nature": "entrees"}, 0),
        ({"departement": "93"}, 1), ({"avec_comptes": "on"}, 1),
    ],
)  # fmt: skip
def test_le_compte_rendu_se_filtre(support, second, criteres, nombre):
    page = suivre(support, second, **criteres)
    assert (f"{nombre} changement" in page) == bool(nombre)


def test_le_classeur_ne_porte_aucune_formule(support, second):
    reponse = support.get(
        reverse("admin:structures_importfiness_tableur", args=[second.pk]), {"nature": "modifications"}
    )
    classeur = openpyxl.load_workbook(BytesIO(reponse.getvalue()))
    cellules = [cellule for rang in classeur["Changements"].iter_rows(min_row=2) for cellule in rang]
    assert [c.value for c in cellules].count("=1+1") == 3
    assert {c.data_type for c in cellules if c.value is not None} == {"s"}
    assert cellules[1].value == "ZÈBRE"
    assert cellules[3].value == "oui"
    assert classeur.sheetnames == ["Résumé", "Changements", "Rejets"]


@pytest.mark.parametrize("nom", ["importer", "suivre", "tableur"])
def test_une_personne_du_support_sans_droit_sur_l_annuaire_n_entre_pas(client, second, nom):
    client.force_login(UtilisateurFactory(is_staff=True))
    arguments = [] if nom == "importer" else [second.pk]
    assert client.get(reverse(f"admin:structures_importfiness_{nom}", args=arguments)).status_code == 403


def test_la_liste_des_imports_mene_a_l_import_et_aux_comptes_rendus(support, second):
    page = support.get(reverse("admin:structures_importfiness_changelist")).content.decode()
    assert reverse(IMPORTER) in page
    assert reverse("admin:structures_importfiness_suivre", args=[second.pk]) in page
