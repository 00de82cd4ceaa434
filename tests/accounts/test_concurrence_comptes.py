"""Deux gestes sur un compte au même instant : sur PostgreSQL, avec de vrais fils."""

from datetime import timedelta

import pytest
from django.utils import timezone

from accounts import jetons, services
from accounts.enums import EtatChangement, EtatCompte, Fermeture
from accounts.erreurs import GesteRefuse
from accounts.jetons import LienInvalide, Usage
from accounts.models import ChangementCourriel, Utilisateur
from courriels.models import Courriel
from habilitations import services as habilitations
from habilitations.enums import EtatDemande, EtatHabilitation
from habilitations.erreurs import DemandeImpossible
from habilitations.models import Demande, Habilitation
from tests.accounts.factories import UtilisateurFactory
from tests.habilitations.factories import DemandeFactory, profil_avec_structures
from tests.habilitations.test_concurrence import ensemble

pytestmark = [pytest.mark.postgresql, pytest.mark.django_db(transaction=True)]
FOIS = 8


def ou_refus(geste):
    try:
        return geste()
    except (LienInvalide, DemandeImpossible) as refus:
        return refus


def test_fermer_et_accepter_ensemble_ne_laissent_aucun_droit_ouvert():
    decideur = UtilisateurFactory()
    for _ in range(FOIS):
        demande = DemandeFactory()
        personne = demande.demandeur
        ensemble(
            lambda p=personne: services.fermer(acteur=p, personne=p, raison=Fermeture.DEMANDE),
            lambda d=demande: habilitations.accepter(demande=d, acteur=decideur),
        )
        personne.refresh_from_db()
        demande.refresh_from_db()
        assert personne.etat == EtatCompte.FERME
        assert demande.etat in (EtatDemande.ANNULEE, EtatDemande.ACCEPTEE)
        assert not Habilitation.objects.filter(titulaire=personne, etat=EtatHabilitation.ACTIVE).exists()


def test_fermer_et_commencer_une_demande_ensemble_ne_laissent_aucun_brouillon():
    profil = profil_avec_structures()
    for _ in range(FOIS):
        personne = UtilisateurFactory()
        ensemble(
            lambda p=personne: services.fermer(acteur=p, personne=p, raison=Fermeture.DEMANDE),
            lambda p=personne: ou_refus(lambda: habilitations.creer_brouillon(profil=profil, acteur=p)),
        )
        assert not Demande.objects.brouillons().filter(demandeur=personne).exists()


def test_le_lien_d_une_nouvelle_adresse_clique_deux_fois_ne_sert_qu_une():
    for tour in range(FOIS):
        personne = UtilisateurFactory()
        services.demander_changement_de_courriel(acteur=personne, courriel=f"tour{tour}@nouvelle.example")
        jeton = jetons.creer_pour_changement(personne.changements_courriel.get(), Usage.NOUVELLE_ADRESSE)
        resultats = ensemble(
            *[lambda j=jeton: ou_refus(lambda: services.confirmer_changement_de_courriel(jeton=j))] * 2
        )
        assert sorted(type(un).__name__ for un in resultats) == ["ChangementCourriel", "LienInvalide"]


def test_une_adresse_voulue_par_deux_comptes_n_en_sert_qu_un():
    for tour in range(FOIS):
        personnes = [UtilisateurFactory(), UtilisateurFactory()]
        liens = []
        for personne in personnes:
            services.demander_changement_de_courriel(acteur=personne, courriel=f"tour{tour}@commune.example")
            liens.append(jetons.creer_pour_changement(personne.changements_courriel.get(), Usage.NOUVELLE_ADRESSE))
        ensemble(
            *(lambda j=jeton: ou_refus(lambda: services.confirmer_changement_de_courriel(jeton=j)) for jeton in liens)
        )
        assert Utilisateur.objects.filter(courriel=f"tour{tour}@commune.example").count() == 1
        assert ChangementCourriel.objects.filter(etat=EtatChangement.CONFIRME).count() == tour + 1


def test_deux_menages_a_la_fois_n_ecrivent_qu_un_avertissement_et_ne_ferment_qu_une_fois():
    vieux = timezone.now() - timedelta(days=800)
    personnes = [UtilisateurFactory(last_login=vieux) for _ in range(FOIS)]
    Utilisateur.objects.update(cree_le=vieux, confirme_le=vieux)
    assert sum(ensemble(services.avertir_les_inactifs, services.avertir_les_inactifs)) == FOIS
    Utilisateur.objects.update(avertissements=2, averti_le=timezone.now() - timedelta(days=16))
    assert sum(ensemble(services.fermer_les_inactifs, services.fermer_les_inactifs)) == FOIS
    assert Courriel.objects.count() == 2 * FOIS
    Utilisateur.objects.update(ferme_le=vieux)
    assert sum(ensemble(services.anonymiser_les_comptes, services.anonymiser_les_comptes)) == FOIS
    assert {personne.etat for personne in Utilisateur.objects.filter(pk__in=[p.pk for p in personnes])} == {
        EtatCompte.ANONYME
    }


def test_deux_fusions_croisees_n_en_font_qu_une():
    support = UtilisateurFactory(is_staff=True)

    def reunir(gardee, fermee):
        try:
            services.fusionner(acteur=support, gardee=gardee, fermee=fermee, motif="Deux comptes")
        except GesteRefuse as refus:
            return refus

    for _ in range(FOIS):
        une, autre = UtilisateurFactory(), UtilisateurFactory()
        resultats = ensemble(lambda a=une, b=autre: reunir(a, b), lambda a=une, b=autre: reunir(b, a))
        assert sorted(type(un).__name__ for un in resultats) == ["GesteRefuse", "NoneType"]
        assert Utilisateur.objects.filter(pk__in=[une.pk, autre.pk], etat=EtatCompte.ACTIF).count() == 1
