"""L'annuaire, tel que le lit toute personne connectée."""

import pytest
from django.urls import reverse

from journal.models import Evenement
from structures.enums import EtatStructure
from structures.models import Structure
from structures.services import charger_references, importer_finess
from tests.accounts.factories import UtilisateurFactory
from tests.structures.factories import StructureFactory
from tests.structures.fichiers import cle, ecrire, ecrire_plus, ege, ligne, plusieurs

pytestmark = pytest.mark.django_db
ENTITE = "750719312"


@pytest.fixture
def annuaire(client, tmp_path):
    charger_references()
    lignes = [
        ligne(c3="CAMSP JANINE LEVY"),
        ligne(c1=cle("93000001"), c3="CMPP LES COMPTINES", c18="189", c13="93", c15="93200 ST DENIS"),
        ligne(c1=cle("83000001"), c3="HOPITAL SAINTE ANNE", c18="355", c13="83", c15="83000 TOULON", c2="830100558"),
    ]
    importer_finess(chemin=ecrire(tmp_path, *lignes), acteur=None)
    client.force_login(UtilisateurFactory())
    return client


def chercher(client, **criteres):
    return client.get(reverse("structures:rechercher"), criteres).content.decode()


@pytest.mark.parametrize("q", ["janine lévy", "750790073", "750 790 073", "75079007", "750790074", "750970073"])
def test_on_trouve_par_mots_et_par_numero_meme_fautif(annuaire, q):
    page = chercher(annuaire, q=q)
    assert "CAMSP JANINE LEVY" in page
    assert "LES COMPTINES" not in page


def test_htmx_ne_recoit_que_les_reponses_sauf_pour_rendre_la_page_a_l_historique(annuaire):
    adresse, demande = reverse("structures:rechercher"), {"q": "janine"}
    fragment = annuaire.get(adresse, demande, headers={"HX-Request": "true"})
    assert fragment.content.strip().startswith(b'<div id="resultats"')
    assert "HX-Request" in fragment.headers["Vary"]
    historique = {"HX-Request": "true", "HX-History-Restore-Request": "true"}
    assert b"<html" in annuaire.get(adresse, demande, headers=historique).content


def test_une_cle_fausse_propose_le_numero_voulu(annuaire):
    assert "Vouliez-vous dire 750790073, CAMSP JANINE LEVY à Paris 12e" in chercher(annuaire, q="750790074")


@pytest.mark.parametrize(
    ("criteres", "attendues"),
    [
        ({"region": "11"}, {"JANINE", "COMPTINES"}),
        ({"departement": "93"}, {"COMPTINES"}),
        ({"categorie": "355"}, {"SAINTE ANNE"}),
        ({"etat": "ferme"}, set()),
        ({"q": "toulon", "region": "11"}, set()),
        ({"q": "paris", "categorie": "190"}, {"JANINE"}),
    ],
)
def test_les_filtres_se_combinent(annuaire, criteres, attendues):
    page = chercher(annuaire, **criteres)
    assert {nom for nom in ("JANINE", "COMPTINES", "SAINTE ANNE") if nom in page} == attendues


def test_sans_recherche_ni_filtre_on_invite_a_chercher(annuaire):
    assert "Tapez un nom" in chercher(annuaire)


def test_une_recherche_sans_reponse_dit_quoi_faire(annuaire):
    assert "Essayez la ville" in chercher(annuaire, q="zzzzzz")


def test_un_numero_d_entite_mene_a_elle(annuaire):
    page = chercher(annuaire, q="830100558")
    assert reverse("structures:entite", args=["830100558"]) in page
    assert "SAINTE ANNE" in page


def test_la_liste_se_lit_par_pages_en_gardant_ses_filtres(annuaire, tmp_path):
    importer_finess(chemin=ecrire(tmp_path, *plusieurs(60)), acteur=None, forcer=True)
    assert "Page 1 sur 3" in chercher(annuaire, departement="75")
    assert "?departement=75&amp;page=3" in chercher(annuaire, departement="75", page=2)


@pytest.mark.parametrize("nombre", [1, 3])
def test_la_recherche_ne_coute_pas_plus_avec_plus_de_lignes(annuaire, tmp_path, nombre, django_assert_max_num_queries):
    importer_finess(chemin=ecrire(tmp_path, *plusieurs(nombre)), acteur=None, forcer=True)
    with django_assert_max_num_queries(9):
        chercher(annuaire, departement="75")


def fiche(client, structure):
    return client.get(reverse("structures:fiche", args=[structure.pk])).content.decode()


def test_la_fiche_dit_identite_lieu_entite_et_carte(annuaire):
    page = fiche(annuaire, Structure.objects.get(numero_finess="750790073"))
    for dit in ["750790073", "Centre Action Médico-Sociale Précoce", ENTITE, "27 rue du Colonel Rozanoff",
                "Paris 12e Arrondissement (75012)", "Île-de-France", "tel:0143458670", "01 43 45 86 70", "4 avril 1974",
                "https://www.openstreetmap.org/search?query=27+rue+DU+COLONEL+ROZANOFF+75012+Paris"]:  # fmt: skip
        assert dit in page


def test_la_carte_va_droit_au_point_quand_il_est_connu(annuaire, tmp_path):
    importer_finess(chemin=ecrire_plus(tmp_path, ege()), acteur=None, forcer=True)
    structure = Structure.objects.get(numero_finess=cle("01000949"))
    assert structure.carte.endswith("?mlat=46.049236&mlon=5.334156#map=17/46.049236/5.334156")
    assert StructureFactory(code_postal="", commune="").carte == ""


def test_la_fiche_raconte_ce_qui_a_change(annuaire, tmp_path):
    importer_finess(chemin=ecrire(tmp_path, ligne(c3="CAMSP DU PARC")), acteur=None, forcer=True)
    page = fiche(annuaire, Structure.objects.get(numero_finess="750790073"))
    assert "Nom : CAMSP JANINE LEVY → <strong>CAMSP DU PARC</strong>" in page
    assert "fichier du 12 mai 2026" in page


def test_un_etablissement_absent_le_dit_en_tete(annuaire, tmp_path):
    importer_finess(chemin=ecrire(tmp_path, *plusieurs(1)), acteur=None, forcer=True)
    assert "n'est plus au registre FINESS depuis le" in fiche(
        annuaire, Structure.objects.get(numero_finess="750790073")
    )


def test_la_fiche_d_un_organisme_de_liste_se_lit_aussi(annuaire):
    page = fiche(annuaire, Structure.objects.get(code="ars-bretagne"))
    assert "ARS-BRETAGNE" in page
    assert "liste tenue par le portail" in page


def test_une_entite_montre_ses_etablissements_et_eux_seuls(annuaire):
    page = annuaire.get(reverse("structures:entite", args=[ENTITE])).content.decode()
    assert "JANINE LEVY" in page
    assert "SAINTE ANNE" not in page
    assert annuaire.get(reverse("structures:entite", args=["010000000"])).status_code == 404


@pytest.fixture
def fermee(annuaire):
    return StructureFactory(numero_finess=cle("75070005"), etat=EtatStructure.FERME, fermee_le="2026-01-31")


def designer(client, structure, numero):
    return client.post(reverse("admin:structures_structure_successeur", args=[structure.pk]), {"numero": numero})


@pytest.fixture
def support(client, annuaire):
    client.force_login(UtilisateurFactory(is_staff=True, is_superuser=True))
    return client


def test_le_support_designe_le_successeur_et_les_deux_fiches_le_disent(support, fermee):
    assert designer(support, fermee, "750 790 073").status_code == 302
    successeur = Structure.objects.get(numero_finess="750790073")
    assert "remplacé par" in fiche(support, fermee)
    assert "Remplace" in fiche(support, successeur)
    assert Evenement.objects.sur(fermee).get().action == "structure.successeur_designe"
    designer(support, fermee, "")
    assert "remplacé par" not in fiche(support, fermee)


@pytest.mark.parametrize("numero", ["12", "750790074", cle("75070005")])
def test_un_successeur_introuvable_ou_ferme_est_refuse(support, fermee, numero):
    reponse = designer(support, fermee, numero)
    assert reponse.status_code == 422
    fermee.refresh_from_db()
    assert fermee.successeur is None


def test_nul_autre_que_le_support_ne_designe_de_successeur(annuaire, fermee):
    assert "Successeur" not in fiche(annuaire, fermee)
    assert designer(annuaire, fermee, "750790073").status_code in {302, 403}
    fermee.refresh_from_db()
    assert fermee.successeur is None


def test_un_etablissement_ouvert_n_a_pas_de_successeur(support):
    ouvert = Structure.objects.get(numero_finess="750790073")
    assert designer(support, ouvert, cle("93000001")).status_code == 404
