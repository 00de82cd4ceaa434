from datetime import date, timedelta

import pytest
from django.urls import reverse
from django.utils import timezone

from depot import queries
from depot.enums import EtatDocument, Exigence, NatureDocument
from depot.models import Document
from depot.templatetags.adresses import adresse
from structures.enums import EtatStructure
from structures.models import Departement, Region
from tests.depot.factories import CampagneFactory, DocumentFactory, agent, deposant
from tests.structures.factories import CategorieFactory, StructureFactory

QUANTITATIF, QUALITATIF = NatureDocument.QUANTITATIF, NatureDocument.QUALITATIF


@pytest.fixture
def campagne(db):
    return CampagneFactory()


@pytest.fixture
def bretagne(db):
    region = Region.objects.create(code="53", nom="Bretagne")
    return Departement.objects.create(code="35", nom="Ille-et-Vilaine", region=region)


def remettre(structure, *natures, **champs):
    return [DocumentFactory(structure=structure, nature=nature, **champs) for nature in natures]


def compter(campagne):
    total = queries.avancement(campagne).total
    return total.completes, total.incompletes, total.vides


def test_chaque_structure_est_comptee_selon_ce_qu_elle_a_remis(campagne):
    complete, incomplete, _ = StructureFactory.create_batch(3)
    remettre(complete, QUANTITATIF, QUALITATIF)
    remettre(incomplete, QUALITATIF)

    assert compter(campagne) == (1, 1, 1)


@pytest.mark.parametrize("etat", [EtatDocument.INFECTE, EtatDocument.REFUSE])
def test_un_document_ecarte_ne_compte_pas(campagne, etat):
    remettre(StructureFactory(), QUANTITATIF, QUALITATIF, etat=etat)

    assert compter(campagne) == (0, 0, 1)


def test_un_document_jete_ne_compte_plus(campagne):
    structure = StructureFactory()
    for document in remettre(structure, QUANTITATIF, QUALITATIF):
        Document.objects.filter(pk=document.pk).update(supprime_le=timezone.now(), supprime_par=document.deposant)

    assert compter(campagne) == (0, 0, 1)


def test_une_piece_facultative_n_est_pas_exigee(db):
    campagne = CampagneFactory(
        attend={("190", QUANTITATIF): Exigence.OBLIGATOIRE, ("190", QUALITATIF): Exigence.FACULTATIF}
    )
    remettre(StructureFactory(), QUANTITATIF)

    assert compter(campagne) == (1, 0, 0)


def test_une_structure_fermee_n_est_pas_attendue(campagne):
    StructureFactory(etat=EtatStructure.FERME)

    assert compter(campagne) == (0, 0, 0)


def test_une_categorie_dont_rien_n_est_exige_n_est_pas_attendue(db):
    campagne = CampagneFactory(attend={("190", QUANTITATIF): Exigence.OBLIGATOIRE})
    StructureFactory(categorie=CategorieFactory(code="189"))

    assert compter(campagne) == (0, 0, 0)


def test_passe_l_echeance_ce_qui_n_est_pas_complet_est_en_retard(db):
    hier = timezone.localdate() - timedelta(days=1)
    campagne = CampagneFactory(echeance_le=hier)
    complete, prolongee, _ = StructureFactory.create_batch(3)
    remettre(complete, QUANTITATIF, QUALITATIF)
    campagne.prolongations.create(
        structure=prolongee, jusqu_au=timezone.localdate(), motif="Panne", accordee_par=deposant(complete)
    )

    assert queries.avancement(campagne).total.en_retard == 1


def test_une_structure_sans_personne_habilitee_est_signalee(campagne):
    deposant(StructureFactory())
    orpheline = StructureFactory()

    assert queries.avancement(campagne).total.sans_personne == 1
    assert list(queries.sans_personne(queries.attendues(campagne))) == [orpheline]


def test_les_regions_s_additionnent(campagne, bretagne):
    remettre(StructureFactory(departement=bretagne), QUANTITATIF, QUALITATIF)
    StructureFactory(departement=bretagne)
    StructureFactory(departement=None)

    regions = {compte.nom: compte for compte in queries.avancement(campagne).regions}

    assert (regions["Bretagne"].completes, regions["Bretagne"].part) == (1, 50)
    assert regions["Région inconnue"].vides == 1


def test_les_semaines_comptent_les_premiers_depots_et_cumulent_les_structures_completes(db):
    campagne = CampagneFactory(ouverte_le=date(2026, 3, 2), echeance_le=date(2026, 3, 22))
    structure = StructureFactory()
    premier, second = remettre(structure, QUANTITATIF, QUALITATIF)
    remplacant = DocumentFactory(structure=structure, nature=QUANTITATIF, version=2)
    for document, jour in ((premier, 3), (second, 10), (remplacant, 17)):
        le = timezone.make_aware(timezone.datetime(2026, 3, jour, 12))
        Document.objects.filter(pk=document.pk).update(depose_le=le)

    semaines = queries.avancement(campagne).semaines

    assert [(semaine.lundi.day, semaine.depots, semaine.completes) for semaine in semaines] == [
        (2, 1, 0),
        (9, 1, 1),
        (16, 0, 1),
    ]


@pytest.mark.parametrize(
    "page", ["tableau_de_bord", "documents", "liste_finess", "zone", "matrice", "relances", "examens", "sans_personne"]
)
def test_le_nombre_de_requetes_ne_suit_pas_celui_des_structures(
    client, campagne, bretagne, django_assert_max_num_queries, page
):
    client.force_login(agent())

    def ajouter(nombre):
        for structure in StructureFactory.create_batch(nombre, departement=bretagne):
            deposant(structure)
            remettre(structure, QUANTITATIF)
            remettre(structure, QUALITATIF, etat=EtatDocument.EXAMEN_MANUEL)
        StructureFactory.create_batch(nombre, departement=bretagne)

    ajouter(1)
    client.get(reverse(f"depot:{page}"))
    with django_assert_max_num_queries(60) as avec_une:
        client.get(reverse(f"depot:{page}"))
    ajouter(3)
    with django_assert_max_num_queries(len(avec_une)):
        client.get(reverse(f"depot:{page}"))


@pytest.mark.parametrize(
    ("nom", "cle"),
    [("depot:recepisse", "2026-7K3F-92QX"), ("depot:telecharger", "2026-7K3F-92QX"), ("depot:structure", "2A0003018")],
)
def test_l_adresse_d_une_rangee_est_celle_de_sa_page(nom, cle):
    assert adresse(cle, nom) == reverse(nom, args=[cle])


def test_le_tableau_de_bord_mene_a_chaque_liste(client, campagne, bretagne):
    StructureFactory(departement=bretagne)
    client.force_login(agent())

    page = client.get(reverse("depot:tableau_de_bord")).content.decode()

    assert "etat=aucun" in page
    assert "region=53" in page


def test_sans_campagne_le_suivi_propose_d_en_ouvrir_une(client, db):
    client.force_login(agent())

    assert "Nouvelle campagne" in client.get(reverse("depot:tableau_de_bord")).content.decode()


@pytest.mark.parametrize("annee", ["1999", "abc"])
def test_une_campagne_inconnue_n_existe_pas(client, campagne, annee):
    client.force_login(agent())

    assert client.get(reverse("depot:tableau_de_bord"), {"campagne": annee}).status_code == 404


def test_la_matrice_montre_chaque_annee_de_ses_structures_et_d_elles_seules(client, campagne):
    ici, ailleurs = StructureFactory(nom="CAMSP ICI"), StructureFactory(nom="CAMSP AILLEURS")
    (ancien,) = remettre(ici, QUANTITATIF, campagne=CampagneFactory(annee=2025))
    remettre(ailleurs, QUANTITATIF)
    client.force_login(deposant(ici))

    page = client.get(reverse("depot:matrice")).content.decode()

    assert ancien.reference in page
    assert "CAMSP AILLEURS" not in page


@pytest.mark.parametrize("page", ["matrice", "liste_finess"])
def test_un_nom_de_structure_est_echappe_dans_les_rangees(client, campagne, page):
    remettre(StructureFactory(nom="<i>CAMSP"), QUANTITATIF)
    client.force_login(agent())

    contenu = client.get(reverse(f"depot:{page}")).content.decode()

    assert "&lt;i&gt;CAMSP" in contenu
    assert "<i>CAMSP" not in contenu


def test_la_page_d_une_structure_raconte_ses_annees_et_ses_personnes(client, campagne):
    structure = StructureFactory()
    personne = deposant(structure)
    (document,) = remettre(structure, QUANTITATIF)
    client.force_login(agent())

    page = client.get(reverse("depot:structure", args=[structure.numero_finess])).content.decode()

    assert document.reference in page
    assert personne.courriel in page


def test_une_structure_sans_personne_montre_qui_depose_pour_la_meme_entite(client, campagne):
    orpheline = StructureFactory()
    voisine = deposant(StructureFactory(entite_juridique=orpheline.entite_juridique))
    client.force_login(agent())

    page = client.get(reverse("depot:structure", args=[orpheline.numero_finess])).content.decode()

    assert "Personne n'est habilité" in page
    if orpheline.entite_juridique:
        assert voisine.courriel in page


def test_la_structure_d_un_autre_n_existe_pas(client, campagne):
    client.force_login(deposant(StructureFactory()))

    assert client.get(reverse("depot:structure", args=[StructureFactory().numero_finess])).status_code == 404


@pytest.mark.parametrize("format_", ["xlsx", "csv", "parquet"])
def test_les_valeurs_des_derniers_classeurs_s_emportent(client, campagne, format_):
    structure = StructureFactory()
    (ancien,) = remettre(structure, QUANTITATIF)
    dernier = DocumentFactory(structure=structure, nature=QUANTITATIF, version=2)
    ancien.valeurs.create(code="F1", rang=1, libelle="File active", nombre=40)
    dernier.valeurs.create(code="F1", rang=1, libelle="File active", nombre=42)
    client.force_login(agent())

    reponse = client.get(reverse("depot:exporter_valeurs", args=[format_]))

    assert reponse.status_code == 200
    assert b"".join(reponse)
    colonnes, ((*identite, file_active),) = queries.tableau_des_valeurs(campagne)
    assert colonnes[-1] == "F1 – File active"
    assert (identite[0], file_active) == (structure.numero_finess, 42)


def test_une_cellule_que_le_modele_d_une_structure_n_attend_pas_reste_vide(campagne):
    for numero, code in enumerate(("F1", "G1")):
        (document,) = remettre(StructureFactory(nom=f"CAMSP {numero}"), QUANTITATIF)
        document.valeurs.create(code=code, rang=1, libelle="Nombre", nombre=7)

    _, lignes = queries.tableau_des_valeurs(campagne)

    assert [ligne[-2:] for ligne in lignes] == [[7, None], [None, 7]]
