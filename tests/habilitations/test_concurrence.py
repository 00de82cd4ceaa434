"""Deux personnes, ou deux onglets, au même instant : sur PostgreSQL, avec de vrais fils."""

from concurrent.futures import ThreadPoolExecutor
from threading import Barrier

import pytest
from django.db import connection

from accounts.enums import EtatCompte
from accounts.jetons import Usage, creer
from accounts.services import confirmer
from courriels.models import Courriel
from habilitations import services
from habilitations.enums import EtatDemande
from habilitations.erreurs import DemandeImpossible, TransitionInterdite
from habilitations.models import Demande, Habilitation
from journal.models import Evenement
from tests.accounts.factories import UtilisateurFactory
from tests.conftest import ClientFort
from tests.habilitations.factories import DemandeFactory, gestionnaire, profil_avec_structures, profil_sans_structure

pytestmark = [pytest.mark.postgresql, pytest.mark.django_db(transaction=True)]

FOIS = 10


def ensemble(*gestes):
    """Lance tous les gestes au même instant ; rend leurs résultats, ou l'erreur du domaine qu'ils ont levée."""
    depart = Barrier(len(gestes))

    def courir(geste):
        depart.wait(timeout=10)
        try:
            return geste()
        except (TransitionInterdite, DemandeImpossible) as refus:
            return refus
        finally:
            connection.close()

    with ThreadPoolExecutor(len(gestes)) as fils:
        return list(fils.map(courir, gestes))


def test_deux_decisions_a_la_fois_n_en_font_qu_une_et_un_courriel():
    un, deux = UtilisateurFactory(), UtilisateurFactory()
    for _ in range(FOIS):
        demande = DemandeFactory()
        resultats = ensemble(
            lambda demande=demande: services.accepter(demande=demande, acteur=un),
            lambda demande=demande: services.refuser(demande=demande, acteur=deux, motif="Non."),
        )
        assert sorted(type(resultat).__name__ for resultat in resultats) == ["Demande", "TransitionInterdite"]
        demande.refresh_from_db()
        accordees = Habilitation.objects.filter(demande=demande).count()
        assert accordees == (demande.etat == EtatDemande.ACCEPTEE)
        assert Evenement.objects.sur(demande).count() == 1
        assert Courriel.objects.filter(destinataire=demande.demandeur.courriel).count() == 1


def test_le_second_gestionnaire_lit_qui_a_decide():
    demande = DemandeFactory()
    clients = [ClientFort(), ClientFort()]
    for client in clients:
        client.force_login(gestionnaire())
    adresse = f"/gestion/demandes/{demande.pk}/accepter/"
    reponses = ensemble(*(lambda client=client: client.post(adresse) for client in clients))
    assert sorted(reponse.status_code for reponse in reponses) == [302, 409]
    perdante = max(reponses, key=lambda reponse: reponse.status_code)
    demande.refresh_from_db()
    assert f"Déjà traitée par {demande.decideur} le" in perdante.content.decode()


def test_un_retrait_et_une_acceptation_n_ont_qu_une_issue():
    decideur = UtilisateurFactory()
    for _ in range(FOIS):
        demande = DemandeFactory()
        resultats = ensemble(
            lambda demande=demande: services.annuler(demande=demande, acteur=demande.demandeur),
            lambda demande=demande: services.accepter(demande=demande, acteur=decideur),
        )
        assert sum(isinstance(resultat, TransitionInterdite) for resultat in resultats) == 1
        demande.refresh_from_db()
        ouverte = Habilitation.objects.filter(titulaire=demande.demandeur).exists()
        assert ouverte == (demande.etat == EtatDemande.ACCEPTEE)


def test_deux_onglets_n_envoient_la_demande_qu_une_fois():
    for _ in range(FOIS):
        demande = DemandeFactory(etat=EtatDemande.BROUILLON)
        envoi = lambda demande=demande: services.soumettre(demande=demande, acteur=demande.demandeur)  # noqa: E731
        resultats = ensemble(envoi, envoi)
        assert sum(isinstance(resultat, TransitionInterdite) for resultat in resultats) == 1
        assert Courriel.objects.filter(destinataire=demande.demandeur.courriel).count() == 1


def test_deux_brouillons_du_meme_profil_ne_partent_pas_tous_les_deux():
    profil = profil_sans_structure()
    for _ in range(FOIS):
        personne = UtilisateurFactory()
        brouillons = [DemandeFactory(etat=EtatDemande.BROUILLON, demandeur=personne, profil=profil) for _ in range(2)]
        resultats = ensemble(
            *(lambda d=brouillon: services.soumettre(demande=d, acteur=d.demandeur) for brouillon in brouillons)
        )
        assert sum(isinstance(resultat, DemandeImpossible) for resultat in resultats) == 1
        assert Demande.objects.en_attente().filter(demandeur=personne).count() == 1


def test_deux_clics_sur_suivant_ne_commencent_qu_un_brouillon():
    profil = profil_sans_structure()
    for _ in range(FOIS):
        personne = UtilisateurFactory()
        commencer = lambda personne=personne: services.creer_brouillon(profil=profil, acteur=personne)  # noqa: E731
        un, deux = ensemble(commencer, commencer)
        assert un == deux


def test_une_confirmation_et_un_envoi_a_la_fois_ne_laissent_rien_en_suspens():
    """La demande part, ou la session de l'inscription apprend qu'il faut se connecter."""
    profil = profil_avec_structures()
    for _ in range(FOIS):
        personne = UtilisateurFactory(etat=EtatCompte.A_CONFIRMER)
        demande = DemandeFactory(demandeur=personne, profil=profil, etat=EtatDemande.BROUILLON)
        jeton = creer(personne, Usage.CONFIRMATION)
        envoi, _phrases = ensemble(
            lambda demande=demande: services.retenir(demande=demande, acteur=demande.demandeur, message=""),
            lambda personne=personne, jeton=jeton: confirmer(acteur=personne, jeton=jeton),
        )
        demande.refresh_from_db()
        attendu = EtatDemande.BROUILLON if isinstance(envoi, DemandeImpossible) else EtatDemande.EN_ATTENTE
        assert demande.etat == attendu
