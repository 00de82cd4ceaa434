import pytest
from django.contrib.admin.sites import site
from django.urls import reverse

from structures.models import Categorie, EntiteJuridique, ImportFiness, Structure, TypeStructure
from structures.services import charger_references, importer_finess
from tests.accounts.factories import UtilisateurFactory
from tests.structures.fichiers import cle, ecrire, ligne

pytestmark = pytest.mark.django_db
MODELES = [TypeStructure, Categorie, EntiteJuridique, Structure, ImportFiness]


@pytest.fixture
def support(client, tmp_path):
    charger_references()
    importer_finess(
        chemin=ecrire(tmp_path, ligne(c3="CAMSP JANINE LEVY"), ligne(c1=cle("75070001"), c3="CMPP DU MOULIN")),
        acteur=None,
    )
    client.force_login(UtilisateurFactory(is_staff=True, is_superuser=True))
    return client


@pytest.mark.parametrize("modele", MODELES)
def test_le_support_lit_tout_et_ne_change_rien(support, modele):
    nom = modele._meta.model_name
    objet = modele.objects.order_by("pk").last()
    assert support.get(reverse(f"admin:structures_{nom}_changelist")).status_code == 200
    fiche = reverse(f"admin:structures_{nom}_change", args=[objet.pk])
    assert support.get(fiche).status_code == 200
    assert support.post(fiche, {"etat": "ferme", "nom": "AUTRE"}).status_code == 403
    assert support.get(reverse(f"admin:structures_{nom}_add")).status_code == 403
    assert modele in site._registry


@pytest.mark.parametrize("texte", ["750 790 073", "janine lévy", "camsp jannine"])
def test_le_support_cherche_comme_les_gens(support, texte):
    page = support.get(reverse("admin:structures_structure_changelist"), {"q": texte}).content.decode()
    assert "CAMSP JANINE LEVY" in page
    assert "CMPP DU MOULIN" not in page


def test_la_meilleure_reponse_vient_d_abord_a_moins_de_trier_une_colonne(support, tmp_path):
    lignes = [ligne(c3="AIDE DU MOULIN VERT"), ligne(c1=cle("75070001"), c3="MOULIN")]
    importer_finess(chemin=ecrire(tmp_path, *lignes), acteur=None)

    def noms(**criteres):
        page = support.get(reverse("admin:structures_structure_changelist"), {"q": "moulin"} | criteres)
        return [structure.nom for structure in page.context["cl"].result_list]

    assert noms() == ["MOULIN", "AIDE DU MOULIN VERT"]
    assert noms(o="0") == ["AIDE DU MOULIN VERT", "MOULIN"]


def test_le_compte_rendu_d_un_import_se_lit(support):
    fiche = reverse("admin:structures_importfiness_change", args=[ImportFiness.objects.get().pk])
    assert "Dont CAMSP et CMPP : 2" in support.get(fiche).content.decode()
