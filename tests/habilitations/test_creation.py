"""La demande faite en créant son compte : retenue, puis envoyée à la confirmation de l'adresse."""

from datetime import timedelta

import pytest
from django.db import IntegrityError, transaction
from django.utils import timezone

from accounts.enums import EtatCompte
from accounts.jetons import Usage, creer
from accounts.models import Utilisateur
from accounts.services import confirmer
from accounts.signaux import adresse_a_confirmer, recueillir
from courriels.models import Courriel
from habilitations import services
from habilitations.enums import ENVOI_FACULTATIF, EtatDemande, TypeDemande
from habilitations.erreurs import DemandeImpossible
from habilitations.models import Demande, confiees_a
from habilitations.queries import absence, chronologie
from habilitations.tasks import oublier
from structures.enums import EtatStructure
from tests.accounts.factories import MOT_DE_PASSE, UtilisateurFactory
from tests.habilitations.factories import DemandeFactory, gestionnaire, profil_avec_structures, profil_sans_structure
from tests.structures.factories import StructureFactory

pytestmark = pytest.mark.django_db


@pytest.fixture
def nouvelle():
    return UtilisateurFactory(etat=EtatCompte.A_CONFIRMER, confirme_le=None)


def confirmer_l_adresse(personne):
    return confirmer(acteur=personne, jeton=creer(personne, Usage.CONFIRMATION))


def courriels_a(personne):
    return [modele.rpartition("/")[2] for modele in _modeles(personne)]


def _modeles(personne):
    return Courriel.objects.filter(destinataire=personne.courriel).order_by("pk").values_list("modele", flat=True)


# --- Retenir ---------------------------------------------------------------------------------------------------------
def test_une_demande_retenue_n_atteint_aucun_gestionnaire(nouvelle):
    decideuse = gestionnaire()
    demande = DemandeFactory(demandeur=nouvelle, etat=EtatDemande.BROUILLON)
    services.retenir(demande=demande, acteur=nouvelle, message="Bonjour")
    demande.refresh_from_db()
    assert (demande.etat, demande.message, demande.soumise_le) == (EtatDemande.A_CONFIRMER, "Bonjour", None)
    assert not confiees_a(decideuse).exists()
    assert not Courriel.objects.exists()


@pytest.mark.parametrize("etat", [EtatCompte.A_CONFIRMER, EtatCompte.DESACTIVE])
@pytest.mark.parametrize("demande", [EtatDemande.BROUILLON, EtatDemande.A_CONFIRMER])
def test_rien_ne_part_tant_que_l_adresse_n_est_pas_confirmee(etat, demande):
    personne = UtilisateurFactory(etat=etat)
    demande = DemandeFactory(demandeur=personne, etat=demande)
    with pytest.raises(DemandeImpossible, match="Confirmez votre adresse"):
        services.soumettre(demande=demande, acteur=personne)


def test_l_adresse_confirmee_entre_temps_il_faut_se_connecter():
    """Le compte est à qui a confirmé l'adresse, non plus à qui tient la session de l'inscription."""
    demande = DemandeFactory(demandeur=UtilisateurFactory(etat=EtatCompte.ACTIF), etat=EtatDemande.BROUILLON)
    with pytest.raises(DemandeImpossible, match="connectez-vous"):
        services.retenir(demande=demande, acteur=demande.demandeur, message="")


def test_ce_qui_ne_pourrait_pas_partir_se_dit_avant_la_confirmation(nouvelle):
    fermee = StructureFactory(etat=EtatStructure.FERME)
    demande = DemandeFactory(demandeur=nouvelle, etat=EtatDemande.BROUILLON, pour=[fermee])
    with pytest.raises(DemandeImpossible, match="est fermé"):
        services.retenir(demande=demande, acteur=nouvelle, message="")


# --- À la confirmation -----------------------------------------------------------------------------------------------
def test_confirmer_l_adresse_envoie_la_demande(nouvelle):
    decideuse = gestionnaire()
    demande = DemandeFactory(demandeur=nouvelle, etat=EtatDemande.A_CONFIRMER)
    phrases = confirmer_l_adresse(nouvelle)
    demande.refresh_from_db()
    assert (demande.etat, demande.type) == (EtatDemande.EN_ATTENTE, TypeDemande.CREATION_COMPTE)
    assert "a été soumise" in phrases[0]
    assert confiees_a(decideuse).get() == demande
    assert courriels_a(nouvelle) == ["demande_recue"]
    assert courriels_a(decideuse) == ["demande_a_traiter"]
    assert demande.structures_demandees.get().en_attente


def test_un_brouillon_jamais_envoye_reste_un_brouillon(nouvelle):
    demande = DemandeFactory(demandeur=nouvelle, etat=EtatDemande.BROUILLON)
    assert confirmer_l_adresse(nouvelle) == []
    demande.refresh_from_db()
    assert demande.etat == EtatDemande.BROUILLON


def test_confirmer_n_envoie_la_demande_de_personne_d_autre(nouvelle):
    autre = DemandeFactory(demandeur=UtilisateurFactory(etat=EtatCompte.A_CONFIRMER), etat=EtatDemande.A_CONFIRMER)
    orpheline = DemandeFactory(demandeur=None, etat=EtatDemande.A_CONFIRMER)
    confirmer_l_adresse(nouvelle)
    for demande in (autre, orpheline):
        demande.refresh_from_db()
        assert demande.etat == EtatDemande.A_CONFIRMER


@pytest.mark.parametrize("cause", ["profil", "structure"])
def test_une_demande_qui_ne_peut_plus_partir_revient_en_brouillon_et_le_compte_s_ouvre(nouvelle, cause):
    demande = DemandeFactory(demandeur=nouvelle, etat=EtatDemande.A_CONFIRMER)
    if cause == "profil":
        demande.profil.ouvert = False
        demande.profil.save()
    else:
        demande.structures.update(etat=EtatStructure.FERME)
    phrases = confirmer_l_adresse(nouvelle)
    demande.refresh_from_db()
    nouvelle.refresh_from_db()
    assert (demande.etat, nouvelle.etat) == (EtatDemande.BROUILLON, EtatCompte.ACTIF)
    assert "n'a pas pu partir" in phrases[0]
    assert courriels_a(nouvelle) == ["demande_rendue"]
    refus = chronologie(demande)[-1].evenement.apres["motif"]
    assert refus in Courriel.objects.get().texte


def test_la_personne_lit_ce_qui_partira_avant_de_confirmer(nouvelle, client):
    demande = DemandeFactory(demandeur=nouvelle, etat=EtatDemande.A_CONFIRMER)
    DemandeFactory(demandeur=None, etat=EtatDemande.A_CONFIRMER)
    annonce = recueillir(adresse_a_confirmer, nouvelle)
    assert len(annonce) == 1
    for mot in ("Gestionnaire CAMSP CMPP", "CAMSP / CMPP", str(demande.structures.get())):
        assert mot in annonce[0]
    page = client.get(f"/confirmer/{creer(nouvelle, Usage.CONFIRMATION)}/").text
    assert "Confirmer envoie aussi la demande" in page
    demande.refresh_from_db()
    assert demande.etat == EtatDemande.A_CONFIRMER


@pytest.mark.parametrize("page", ["", "mot-de-passe/"])
def test_la_page_qui_suit_dit_ce_qu_est_devenue_la_demande(nouvelle, client, page):
    DemandeFactory(demandeur=nouvelle, etat=EtatDemande.A_CONFIRMER)
    lien = f"/confirmer/{creer(nouvelle, Usage.CONFIRMATION)}/{page}"
    assert "Confirmer envoie aussi la demande" in client.get(lien).text
    reponse = client.post(lien, {"mot_de_passe": MOT_DE_PASSE}, follow=True)
    assert "a été soumise" in reponse.text


# --- Sans auteur -----------------------------------------------------------------------------------------------------
@pytest.mark.parametrize("etat", [etat for etat in EtatDemande if etat not in ENVOI_FACULTATIF])
def test_la_base_interdit_d_envoyer_une_demande_sans_auteur(etat):
    with pytest.raises(IntegrityError, match="demande_envoyee_a_un_auteur"), transaction.atomic():
        DemandeFactory(demandeur=None, etat=etat)


def test_une_demande_sans_auteur_ne_part_jamais():
    demande = DemandeFactory(demandeur=None, etat=EtatDemande.A_CONFIRMER)
    with pytest.raises(DemandeImpossible):
        services.soumettre(demande=demande, acteur=UtilisateurFactory())


@pytest.mark.parametrize("etat", [EtatCompte.FERME, EtatCompte.ANONYME])
def test_un_compte_ferme_pendant_la_requete_ne_commence_pas_de_demande(etat):
    """La requête a lu le compte ouvert ; il s'est fermé avant qu'elle écrive."""
    personne, profil = UtilisateurFactory(), profil_avec_structures()
    Utilisateur.objects.filter(pk=personne.pk).update(etat=etat, ferme_le=timezone.now())
    with pytest.raises(DemandeImpossible, match="vient d'être fermé"):
        services.creer_brouillon(profil=profil, acteur=personne)
    assert not Demande.objects.exists()


def test_deux_sessions_sans_auteur_ne_partagent_pas_leur_brouillon():
    profil = profil_avec_structures()
    assert services.creer_brouillon(profil=profil, acteur=None) != services.creer_brouillon(profil=profil, acteur=None)


def test_sans_auteur_rien_de_ce_que_tiennent_les_autres_ne_se_devine():
    """La structure d'une demande en attente, ou d'un autre brouillon sans auteur, s'ajoute sans un mot."""
    en_attente, autre = DemandeFactory(), DemandeFactory(demandeur=None, etat=EtatDemande.A_CONFIRMER)
    demande = services.creer_brouillon(profil=en_attente.profil, acteur=None)
    for structure in (en_attente.structures.get(), autre.structures.get()):
        services.ajouter_structure(demande=demande, structure=structure, acteur=None)
    sans = services.creer_brouillon(profil=profil_sans_structure(), acteur=None)
    services.retenir(demande=sans, acteur=None, message="")


def test_les_demandes_sans_auteur_s_oublient_apres_un_jour():
    hier = timezone.now() - timedelta(days=1, minutes=1)
    DemandeFactory(demandeur=None, etat=EtatDemande.BROUILLON, creee_le=hier)
    recente = DemandeFactory(demandeur=None, etat=EtatDemande.A_CONFIRMER)
    tenue = DemandeFactory(etat=EtatDemande.BROUILLON, creee_le=hier)
    assert [oublier(), oublier()] == [1, 0]
    assert set(Demande.objects.all()) == {recente, tenue}


def test_une_demande_retenue_n_explique_aucune_tuile(nouvelle):
    demande = DemandeFactory(demandeur=nouvelle, etat=EtatDemande.A_CONFIRMER)
    assert absence(nouvelle, demande.profil.application.code).demande is None
