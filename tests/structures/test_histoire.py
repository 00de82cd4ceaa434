"""Ce qui a changé, quand, et par quel import."""

import pytest

from structures.models import Changement, Structure
from structures.services import importer_finess
from tests.structures.fichiers import cle, ecrire, ligne, plusieurs

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("references")]


def importe(dossier, *lignes, jour="2026-05-12"):
    chemin = ecrire(dossier, *lignes, entete=f"finess;etalab;111;{jour}")
    return importer_finess(chemin=chemin, acteur=None, forcer=True)


def histoire(numero):
    changements = Changement.objects.filter(structure__numero_finess=numero).order_by("pk")
    return [(c.importation_id, c.champ, c.avant, c.apres) for c in changements]


def test_le_premier_import_n_ecrit_aucune_histoire(tmp_path):
    importe(tmp_path, *plusieurs(5))
    assert not Changement.objects.exists()


def test_chaque_champ_change_est_retenu_avec_sa_valeur_d_avant(tmp_path):
    importe(tmp_path, ligne(c28=""))
    second = importe(tmp_path, ligne(c3="CAMSP DU PARC", c16="0600000000", c2="010780054", c28="1974-04-04"))
    assert histoire("750790073") == [
        (second.pk, "nom", "CAMSP EXEMPLE", "CAMSP DU PARC"),
        (second.pk, "téléphone", "0143458670", "0600000000"),
        (second.pk, "date d'ouverture", "", "1974-04-04"),
        (second.pk, "entité juridique", "750719312", "010780054"),
    ]
    assert (second.modifiees, second.rapport["champs"]["nom"]) == (1, 1)


def test_un_meme_fichier_n_ajoute_rien_a_l_histoire(tmp_path):
    importe(tmp_path, *plusieurs(3))
    importe(tmp_path, *plusieurs(3))
    assert not Changement.objects.exists()


def test_entree_disparition_et_retour_sont_retenus(tmp_path):
    importe(tmp_path, *plusieurs(2))
    entree = importe(tmp_path, *plusieurs(3), jour="2026-06-01")
    disparition = importe(tmp_path, *plusieurs(2), jour="2026-07-01")
    retour = importe(tmp_path, *plusieurs(3), jour="2026-08-01")
    assert histoire(cle("75070002")) == [
        (entree.pk, "entrée au registre", "", "ouvert"),
        (disparition.pk, "état", "ouvert", "absent"),
        (retour.pk, "état", "absent", "ouvert"),
    ]
    assert not histoire(cle("75070000"))


def test_un_import_qui_echoue_ne_laisse_pas_d_histoire(tmp_path, monkeypatch):
    importe(tmp_path, ligne())
    monkeypatch.setattr("structures.services.imports.apprendre", lambda mots: 1 / 0)
    with pytest.raises(ZeroDivisionError):
        importe(tmp_path, ligne(c3="AUTRE"))
    assert not Changement.objects.exists()
    assert Structure.objects.get(numero_finess="750790073").nom == "CAMSP EXEMPLE"
