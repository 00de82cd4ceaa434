from datetime import timedelta

import pytest
from django.urls import reverse
from django.utils import timezone

from accounts.enums import EtatCompte
from courriels.enums import EtatCourriel
from courriels.models import Courriel
from depot import queries, services
from depot.enums import NatureDocument, PublicDeRelance
from depot.erreurs import DepotImpossible
from depot.models import Relance
from structures.models import Departement, Region
from tests.depot.factories import CampagneFactory, DocumentFactory, agent, deposant
from tests.habilitations.factories import HabilitationFactory, ProfilFactory
from tests.structures.factories import StructureFactory

INCOMPLETES = PublicDeRelance.INCOMPLETES


@pytest.fixture
def campagne(db):
    return CampagneFactory()


@pytest.fixture
def envoyer(campagne):
    def _envoyer(public=INCOMPLETES, region=None, campagne=campagne):
        return services.relancer(campagne=campagne, public=public, region=region, acteur=agent())

    return _envoyer


def relances_recues():
    return Courriel.objects.filter(modele="depot/courriels/relance")


def habiliter(personne, structure):
    profil = ProfilFactory(code="gestionnaire", nom="Gestionnaire CAMSP CMPP")
    return HabilitationFactory(titulaire=personne, profil=profil, structure=structure)


def test_une_personne_recoit_un_seul_courriel_pour_toutes_ses_structures(envoyer):
    premiere, seconde = StructureFactory(nom="CAMSP UN"), StructureFactory(nom="CAMSP DEUX")
    personne = deposant(premiere)
    habiliter(personne, seconde)

    assert envoyer().relancees == 1

    texte = relances_recues().get(destinataire=personne.courriel).texte
    assert "CAMSP UN" in texte
    assert "CAMSP DEUX" in texte


def test_la_relance_dit_ce_qui_manque_et_qui_tient_le_role(envoyer):
    structure = StructureFactory()
    personne, collegue = deposant(structure), deposant(structure)
    DocumentFactory(structure=structure, nature=NatureDocument.QUALITATIF)

    envoyer()

    texte = relances_recues().get(destinataire=personne.courriel).texte
    assert "Rapport d'activité quantitatif" in texte
    assert "Rapport d'activité qualitatif" not in texte
    assert str(collegue) in texte


def test_jamais_deux_relances_le_meme_jour(envoyer):
    deposant(StructureFactory())

    premier, second = envoyer(), envoyer()

    assert (premier.relancees, second.relancees, second.deja) == (1, 0, 1)
    assert relances_recues().count() == 1


def test_le_lendemain_une_relance_repart(envoyer):
    deposant(StructureFactory())
    envoyer()
    Relance.objects.update(jour=timezone.localdate() - timedelta(days=1))

    assert envoyer().relancees == 1


def test_une_structure_complete_n_est_pas_relancee(envoyer):
    structure = StructureFactory()
    deposant(structure)
    for nature in NatureDocument:
        DocumentFactory(structure=structure, nature=nature)

    assert envoyer().relancees == 0


def test_le_public_choisit_selon_ce_qui_est_recu(envoyer, campagne):
    vide, entamee = StructureFactory(), StructureFactory()
    sans_rien, presque = deposant(vide), deposant(entamee)
    DocumentFactory(structure=entamee)

    def vises(public):
        vise = queries.public_de_relance(campagne, public)
        return [un.personne for un in vise.destinataires(list(vise.personnes))]

    assert vises(PublicDeRelance.AUCUN) == [sans_rien]
    assert vises(PublicDeRelance.PARTIEL) == [presque]
    assert vises(PublicDeRelance.RETARD) == []
    assert set(vises(INCOMPLETES)) == {sans_rien, presque}


def test_un_delai_accorde_epargne_la_relance_des_retards(db):
    campagne = CampagneFactory(echeance_le=timezone.localdate() - timedelta(days=1))
    prolongee = StructureFactory()
    personne = deposant(prolongee)
    campagne.prolongations.create(
        structure=prolongee, jusqu_au=timezone.localdate(), motif="Panne", accordee_par=personne
    )

    assert not queries.public_de_relance(campagne, PublicDeRelance.RETARD).personnes


def test_la_region_restreint_le_public(envoyer):
    bretagne = Region.objects.create(code="53", nom="Bretagne")
    ille = Departement.objects.create(code="35", nom="Ille-et-Vilaine", region=bretagne)
    personne = deposant(StructureFactory(departement=ille))
    deposant(StructureFactory(departement=None))

    assert envoyer(region=bretagne).relancees == 1
    assert Relance.objects.get().destinataire == personne


def test_un_compte_ferme_n_est_pas_relance(envoyer):
    personne = deposant(StructureFactory())
    type(personne).objects.filter(pk=personne.pk).update(etat=EtatCompte.DESACTIVE)

    assert envoyer().relancees == 0


def test_une_structure_sans_personne_est_dite(client, campagne):
    StructureFactory()
    client.force_login(agent())

    page = client.get(reverse("depot:relances")).content.decode()

    assert "1 structure de ce public n'a personne d'habilité" in page


def test_une_campagne_a_venir_ne_relance_personne(envoyer):
    demain = timezone.localdate() + timedelta(days=1)
    deposant(StructureFactory())

    with pytest.raises(DepotImpossible):
        envoyer(campagne=CampagneFactory(annee=2027, ouverte_le=demain, echeance_le=demain))


def test_l_apercu_est_le_courriel_qui_part(client, campagne):
    deposant(StructureFactory(nom="CAMSP DES TILLEULS"))
    client.force_login(agent())

    page = client.get(reverse("depot:relances")).content.decode()
    assert "CAMSP DES TILLEULS" in page
    assert "Relancer 1 personne" in page
    assert not relances_recues().exists()

    client.post(reverse("depot:relances"), {"campagne": campagne.annee, "public": "incompletes"})
    assert relances_recues().count() == 1


def test_les_courriels_perdus_se_voient(client, campagne, envoyer):
    personne = deposant(StructureFactory())
    envoyer()
    relances_recues().update(etat=EtatCourriel.EN_ECHEC)
    client.force_login(agent())

    page = client.get(reverse("depot:relances")).content.decode()

    assert "Courriels qui ne sont pas parvenus" in page
    assert personne.courriel in page
