"""Les campagnes : dates, retard, prolongations, ce qu'elles attendent."""

from datetime import timedelta

import pytest
from django.db import IntegrityError, transaction
from django.utils import timezone

from courriels.models import Courriel
from depot import queries, services
from depot.enums import CategorieDeposante, EtatCampagne, EtatDepot, Exigence, NatureDocument
from depot.erreurs import DepotImpossible, TransitionInterdite
from depot.models import Campagne, Delai, Prolongation
from depot.services import Calendrier
from journal.models import Evenement
from structures.models import Structure
from tests.accounts.factories import UtilisateurFactory
from tests.depot import fabrique
from tests.depot.factories import CampagneFactory, DocumentFactory, deposant
from tests.structures.factories import CategorieFactory, StructureFactory

pytestmark = pytest.mark.django_db
QUANTITATIF, QUALITATIF = NatureDocument.QUANTITATIF, NatureDocument.QUALITATIF
CAMSP, CMPP = CategorieDeposante.CAMSP, CategorieDeposante.CMPP


def jour(ecart=0):
    return timezone.localdate() + timedelta(days=ecart)


def campagne_passee(retard=None, **champs):
    """Une campagne dont l'échéance était hier."""
    return CampagneFactory(ouverte_le=jour(-30), echeance_le=jour(-1), retard_jusqu_au=retard, **champs)


def deposer(campagne, structure=None, contenu=b"%PDF"):
    fichier = fabrique.envoi(contenu, "rapport.pdf")
    envoi = services.Envoi(campagne, structure or StructureFactory(), fichier, QUALITATIF)
    return services.deposer(envoi=envoi, acteur=UtilisateurFactory())


def prolonger(campagne, structure, jusqu_au=None):
    return services.prolonger(
        campagne=campagne,
        structure=structure,
        jusqu_au=jusqu_au or jour(5),
        motif="Panne informatique",
        acteur=UtilisateurFactory(),
    )


def test_une_campagne_s_ouvre_une_fois_par_annee():
    campagne = services.ouvrir_campagne(annee=2026, calendrier=Calendrier(jour(), jour(9)), acteur=None)

    with pytest.raises(DepotImpossible, match="existe déjà"):
        services.ouvrir_campagne(annee=2026, calendrier=Calendrier(jour(), jour(9)), acteur=None)
    assert campagne.pieces.count() == 4
    assert Evenement.objects.sur(campagne).get().action == "campagne.ouverte"


@pytest.mark.parametrize(
    ("calendrier", "phrase"),
    [
        (Calendrier(jour(), jour(-1)), "L'échéance doit suivre le premier jour"),
        (Calendrier(jour(), jour(3), jour(3)), "La période de retard finit après l'échéance"),
    ],
)
def test_des_dates_qui_ne_se_suivent_pas_sont_refusees(calendrier, phrase):
    with pytest.raises(DepotImpossible, match=phrase):
        services.ouvrir_campagne(annee=2026, calendrier=calendrier, acteur=None)


@pytest.mark.parametrize("retard", [jour(-2), jour(-1)])
def test_la_base_tient_la_periode_de_retard_apres_l_echeance(retard):
    with pytest.raises(IntegrityError), transaction.atomic():
        campagne_passee(retard)


@pytest.mark.parametrize(
    ("debut", "fin", "retard", "fermee", "etat"),
    [
        (1, 5, None, False, EtatCampagne.A_VENIR),
        (0, 5, None, False, EtatCampagne.OUVERTE),
        (-5, 0, None, False, EtatCampagne.OUVERTE),
        (-5, -1, None, False, EtatCampagne.CLOSE),
        (-5, -1, 0, False, EtatCampagne.RETARD),
        (-5, -2, -1, False, EtatCampagne.CLOSE),
        (-5, 5, None, True, EtatCampagne.CLOSE),
    ],
)
def test_l_etat_suit_le_calendrier_et_la_liste_des_ouvertes_dit_de_meme(debut, fin, retard, fermee, etat):
    campagne = CampagneFactory(
        ouverte_le=jour(debut),
        echeance_le=jour(fin),
        retard_jusqu_au=None if retard is None else jour(retard),
        fermee_le=timezone.now() if fermee else None,
    )

    assert campagne.etat == etat
    assert Campagne.objects.ouvertes().exists() == campagne.est_ouverte


def test_apres_l_echeance_un_depot_est_accepte_et_marque_en_retard(juge_favorable):
    assert deposer(campagne_passee(jour(3))).en_retard
    assert not deposer(CampagneFactory(annee=2027)).en_retard


def test_une_prolongation_ouvre_a_la_seule_structure_et_sans_retard(juge_favorable):
    campagne, ici = campagne_passee(), StructureFactory()
    prolonger(campagne, ici)

    assert not deposer(campagne, ici).en_retard
    with pytest.raises(DepotImpossible, match="est close : son échéance était"):
        deposer(campagne)


def test_une_prolongation_vaut_meme_la_campagne_close_par_les_agents(juge_favorable):
    campagne, ici = CampagneFactory(), StructureFactory()
    prolonger(campagne, ici, jour(20))
    services.clore_campagne(campagne=campagne, acteur=UtilisateurFactory())

    campagne.refresh_from_db()
    assert deposer(campagne, ici).pk
    assert not Campagne.objects.ouvertes().exists()
    assert Campagne.objects.ouvertes_pour(Structure.objects.filter(pk=ici.pk)).get() == campagne


def test_une_prolongation_retiree_ne_vaut_plus(juge_favorable):
    campagne, ici = campagne_passee(), StructureFactory()
    services.retirer_prolongation(prolongation=prolonger(campagne, ici), acteur=UtilisateurFactory())

    with pytest.raises(DepotImpossible, match="est close"):
        deposer(campagne, ici)


def test_une_prolongation_se_change_sans_se_doubler_et_previent_qui_depose():
    campagne, ici = CampagneFactory(), StructureFactory()
    alice = deposant(ici)
    prolonger(campagne, ici, jour(15))
    prolonger(campagne, ici, jour(20))

    assert Prolongation.objects.get().jusqu_au == jour(20)
    assert Courriel.objects.filter(destinataire=alice.courriel, modele="depot/courriels/prolongation").count() == 2


def test_on_ne_prolonge_ni_en_deca_de_l_echeance_ni_une_structure_qui_ne_depose_pas():
    campagne = CampagneFactory()
    with pytest.raises(DepotImpossible, match="au-delà de l'échéance"):
        prolonger(campagne, StructureFactory(), campagne.echeance_le)
    with pytest.raises(DepotImpossible, match="ni un CAMSP ni un CMPP"):
        prolonger(campagne, StructureFactory(categorie=CategorieFactory(code="500")), jour(20))


def test_une_campagne_close_se_rouvre_avec_une_echeance_a_venir():
    campagne, acteur = CampagneFactory(), UtilisateurFactory()
    services.clore_campagne(campagne=campagne, acteur=acteur)

    with pytest.raises(DepotImpossible, match="déjà passée"):
        services.rouvrir_campagne(campagne=campagne, echeance_le=jour(-1), retard_jusqu_au=None, acteur=acteur)
    services.rouvrir_campagne(campagne=campagne, echeance_le=jour(4), retard_jusqu_au=jour(6), acteur=acteur)

    campagne.refresh_from_db()
    assert (campagne.est_ouverte, campagne.echeance_le) == (True, jour(4))


def test_on_ne_clot_qu_une_campagne_ouverte_et_ne_rouvre_qu_une_close():
    acteur = UtilisateurFactory()
    with pytest.raises(TransitionInterdite, match="n'est pas ouverte"):
        services.clore_campagne(campagne=campagne_passee(), acteur=acteur)
    with pytest.raises(TransitionInterdite, match="n'est pas close"):
        services.rouvrir_campagne(
            campagne=CampagneFactory(annee=2027), echeance_le=jour(4), retard_jusqu_au=None, acteur=acteur
        )


def test_les_jours_restants_comptent_aujourd_hui():
    assert Delai(CampagneFactory(echeance_le=jour())).jours_restants == 1
    assert Delai(CampagneFactory(annee=2027, echeance_le=jour(2))).jours_restants == 3


# --- Ce qui est complet ----------------------------------------------------------------------------------------------
def etats(campagne):
    """L'état de chaque structure, par la ligne et par le filtre : les deux disent de même."""
    structures = Structure.objects.order_by("pk")
    par_ligne = {ligne.structure.pk: ligne.etat for ligne in queries.face_a(campagne, structures)}
    par_filtre = {
        structure.pk: etat
        for etat in EtatDepot
        for structure in queries.filtrer_structures(structures, campagne=campagne, etat=etat)
    }
    assert par_ligne == par_filtre
    return list(par_ligne.values())


def test_est_complet_ce_qui_a_recu_tout_l_obligatoire_de_sa_categorie():
    campagne = CampagneFactory(
        attend={(CAMSP, QUANTITATIF): Exigence.OBLIGATOIRE, (CAMSP, QUALITATIF): Exigence.FACULTATIF}
    )
    complete, facultatif_seul, vide = StructureFactory(), StructureFactory(), StructureFactory()
    StructureFactory(categorie=CategorieFactory(code=CMPP))  # un CMPP, dont rien n'est attendu
    DocumentFactory(structure=complete, nature=QUANTITATIF)
    DocumentFactory(structure=facultatif_seul, nature=QUALITATIF)

    assert etats(campagne) == [EtatDepot.COMPLET, EtatDepot.PARTIEL, EtatDepot.AUCUN, EtatDepot.COMPLET]
    assert vide.pk


def test_changer_ce_qui_est_attendu_change_ce_qui_est_complet():
    campagne = CampagneFactory()
    DocumentFactory(nature=QUALITATIF)
    assert etats(campagne) == [EtatDepot.PARTIEL]

    services.modifier_campagne(
        campagne=campagne,
        calendrier=Calendrier(campagne.ouverte_le, campagne.echeance_le),
        attentes={(CAMSP, QUALITATIF): Exigence.OBLIGATOIRE, (CAMSP, QUANTITATIF): Exigence.NON_ATTENDU},
        acteur=UtilisateurFactory(),
    )

    assert etats(campagne) == [EtatDepot.COMPLET]
