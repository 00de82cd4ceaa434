"""Deux personnes, ou deux onglets, au même instant : sur PostgreSQL, avec de vrais fils."""

from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from threading import Barrier

import pytest
from django.db import connection
from django.utils import timezone

from accounts.enums import EtatCompte
from accounts.jetons import Usage, creer
from accounts.services import confirmer
from courriels.models import Courriel
from courriels.services import livrer_les_courriels
from habilitations import services
from habilitations.enums import EtatDemande, EtatHabilitation, IssueDeRevue, SansReponse
from habilitations.erreurs import DemandeImpossible, TransitionInterdite
from habilitations.models import Complement, Demande, Habilitation, Revue
from journal.models import Evenement
from structures.enums import EtatStructure
from tests.accounts.factories import UtilisateurFactory
from tests.conftest import ClientFort
from tests.habilitations.factories import (
    DemandeFactory,
    HabilitationFactory,
    gestionnaire,
    profil_avec_structures,
    profil_sans_structure,
)
from tests.structures.factories import StructureFactory

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


def test_cent_demandes_et_six_decideurs_font_cent_decisions():
    demandes = DemandeFactory.create_batch(100)
    decideurs = UtilisateurFactory.create_batch(6)

    def vider_la_file(rang):
        """Chacun prend la file par un bout différent, accepte l'une et refuse la suivante."""
        prises, refus = 0, []
        for numero in range(len(demandes)):
            demande = demandes[(numero * 7 + rang * 17) % len(demandes)]
            try:
                if (numero + rang) % 2:
                    services.accepter(demande=demande, acteur=decideurs[rang])
                else:
                    services.refuser(demande=demande, acteur=decideurs[rang], motif="Non.")
            except TransitionInterdite as refusee:
                refus.append(str(refusee))
            else:
                prises += 1
        assert all("Déjà traitée par" in phrase for phrase in refus)
        return prises

    assert sum(ensemble(*(lambda rang=rang: vider_la_file(rang) for rang in range(6)))) == 100
    assert Demande.objects.decidees().count() == 100
    assert Evenement.objects.filter(action__in=["demande.acceptee", "demande.refusee"]).count() == 100
    acceptees = Demande.objects.filter(etat=EtatDemande.ACCEPTEE)
    assert set(Habilitation.objects.values_list("demande", flat=True)) == set(acceptees.values_list("pk", flat=True))
    destinataires = Courriel.objects.values_list("destinataire", flat=True)
    assert sorted(destinataires) == sorted(demande.demandeur.courriel for demande in demandes)


def test_une_question_et_une_acceptation_a_la_fois_n_ont_qu_une_issue():
    un, deux = UtilisateurFactory(), UtilisateurFactory()
    for _ in range(FOIS):
        demande = DemandeFactory()
        resultats = ensemble(
            lambda demande=demande: services.demander_complement(demande=demande, acteur=un, questions="Qui ?"),
            lambda demande=demande: services.accepter(demande=demande, acteur=deux),
        )
        assert sum(isinstance(resultat, TransitionInterdite) for resultat in resultats) == 1
        demande.refresh_from_db()
        assert Habilitation.objects.filter(demande=demande).exists() == (demande.etat == EtatDemande.ACCEPTEE)
        assert Complement.objects.filter(demande=demande).exists() == (demande.etat == EtatDemande.A_COMPLETER)


def test_une_reponse_et_un_retrait_de_la_question_ne_ferment_la_question_qu_une_fois():
    decideur = UtilisateurFactory()
    for _ in range(FOIS):
        demande = DemandeFactory(etat=EtatDemande.A_COMPLETER)
        resultats = ensemble(
            lambda demande=demande: services.repondre(demande=demande, acteur=demande.demandeur, reponse="Moi."),
            lambda demande=demande: services.retirer_complement(demande=demande, acteur=decideur),
        )
        assert sum(isinstance(resultat, TransitionInterdite) for resultat in resultats) == 1
        demande.refresh_from_db()
        assert demande.etat == EtatDemande.EN_ATTENTE


@pytest.fixture
def annulable(settings, monkeypatch):
    settings.DECISION_ANNULABLE_SECONDES = 20
    monkeypatch.setattr("courriels.services.reveiller_dans", lambda delai: None)


@pytest.mark.usefixtures("annulable")
def test_annuler_et_livrer_a_la_fois_le_courriel_part_ou_la_decision_s_annule(mailoutbox):
    """L'heure du courriel tombe pendant que la personne annule : jamais les deux, jamais ni l'un ni l'autre."""
    decideur = UtilisateurFactory()
    for _ in range(FOIS):
        demande = services.accepter(demande=DemandeFactory(), acteur=decideur)
        Courriel.objects.filter(pk=demande.courriel_de_decision_id).update(
            prochain_essai_le=timezone.now() + timedelta(milliseconds=15)
        )
        ensemble(
            lambda demande=demande: services.annuler_decision(demande=demande, acteur=decideur),
            *[livrer_les_courriels] * 2,
        )
        Courriel.objects.update(prochain_essai_le=timezone.now())
        livrer_les_courriels()
        demande.refresh_from_db()
        recues = [lettre for lettre in mailoutbox if lettre.to == [demande.demandeur.courriel]]
        assert len(recues) == (demande.etat == EtatDemande.ACCEPTEE)
        assert Habilitation.objects.actives().filter(demande=demande).count() == len(recues)


@pytest.mark.usefixtures("annulable")
def test_annuler_un_refus_et_refaire_la_demande_a_la_fois_n_en_laisse_qu_une_en_attente():
    decideur = UtilisateurFactory()
    for _ in range(FOIS):
        refusee = services.refuser(demande=DemandeFactory(), acteur=decideur, motif="Non.")
        autre = DemandeFactory(
            etat=EtatDemande.BROUILLON, demandeur=refusee.demandeur, pour=list(refusee.structures.all())
        )
        ensemble(
            lambda refusee=refusee: services.annuler_decision(demande=refusee, acteur=decideur),
            lambda autre=autre: services.soumettre(demande=autre, acteur=autre.demandeur),
        )
        assert Demande.objects.non_decidees().filter(demandeur=refusee.demandeur).count() == 1


def revue_d_une_habilitation(droit, sans_reponse):
    """La ligne de ce droit dans une revue qu'ouvre une tierce personne."""
    revue = services.ouvrir_revue(
        application=droit.profil.application,
        profil=None,
        echeance_le=timezone.localdate() + timedelta(days=30),
        sans_reponse=sans_reponse,
        acteur=UtilisateurFactory(),
    )
    return revue.lignes.get(habilitation=droit)


def test_confirmer_et_revoquer_a_la_fois_dans_une_revue_n_ont_qu_une_issue():
    un, deux = UtilisateurFactory(), UtilisateurFactory()
    for _ in range(FOIS):
        droit = HabilitationFactory()
        ligne = revue_d_une_habilitation(droit, SansReponse.RIEN)
        resultats = ensemble(
            lambda ligne=ligne: services.confirmer_dans_la_revue(ligne=ligne, acteur=un),
            lambda ligne=ligne: services.revoquer_dans_la_revue(ligne=ligne, acteur=deux, motif="Départ."),
        )
        assert sorted(type(resultat).__name__ for resultat in resultats) == ["DemandeImpossible", "LigneDeRevue"]
        ligne.refresh_from_db()
        droit.refresh_from_db()
        revoquee = ligne.issue == IssueDeRevue.REVOQUEE
        assert revoquee == (droit.etat == EtatHabilitation.REVOQUEE)
        assert Evenement.objects.sur(droit).count() == 1
        assert Courriel.objects.filter(destinataire=droit.titulaire.courriel).count() == revoquee
        services.clore_la_revue(revue=ligne.revue, acteur=un)


def test_une_habilitation_confirmee_pendant_la_cloture_n_expire_jamais():
    """La réponse arrive à temps et tient, ou la revue est close et le droit suit sa règle."""
    gestionnaire_, autre = UtilisateurFactory(), UtilisateurFactory()
    for _ in range(FOIS):
        droit = HabilitationFactory()
        ligne = revue_d_une_habilitation(droit, SansReponse.EXPIRENT)
        reponse, *_ = ensemble(
            lambda ligne=ligne: services.confirmer_dans_la_revue(ligne=ligne, acteur=gestionnaire_),
            *[lambda ligne=ligne: services.clore_la_revue(revue=ligne.revue, acteur=autre)] * 2,
        )
        ligne.refresh_from_db()
        droit.refresh_from_db()
        trop_tard = isinstance(reponse, DemandeImpossible)
        attendu = IssueDeRevue.EXPIREE if trop_tard else IssueDeRevue.CONFIRMEE
        assert (ligne.issue, droit.etat == EtatHabilitation.EXPIREE) == (attendu, trop_tard)
        assert Courriel.objects.filter(destinataire=droit.titulaire.courriel).count() == trop_tard
        assert Evenement.objects.sur(ligne.revue).filter(action="revue.close").count() == 1


def test_deux_transferts_a_la_fois_n_en_font_qu_un():
    un, deux = gestionnaire(), gestionnaire()
    successeur = StructureFactory()
    for _ in range(FOIS):
        ferme = StructureFactory(etat=EtatStructure.FERME, successeur=successeur)
        droits = HabilitationFactory.create_batch(3, structure=ferme, profil=profil_avec_structures())
        resultats = ensemble(
            *(
                lambda acteur=acteur, lieu=ferme: services.transferer(structure=lieu, acteur=acteur)
                for acteur in (un, deux)
            )
        )
        assert sum(isinstance(resultat, DemandeImpossible) for resultat in resultats) == 1
        for droit in droits:
            assert Habilitation.objects.actives().get(titulaire=droit.titulaire).structure == successeur
            assert Courriel.objects.filter(destinataire=droit.titulaire.courriel).count() == 1


def test_une_renonciation_et_un_transfert_a_la_fois_ne_rouvrent_rien():
    decideuse, successeur = gestionnaire(), StructureFactory()
    for _ in range(FOIS):
        ferme = StructureFactory(etat=EtatStructure.FERME, successeur=successeur)
        droit = HabilitationFactory(structure=ferme, profil=profil_avec_structures())
        _, renonciation = ensemble(
            lambda ferme=ferme: services.transferer(structure=ferme, acteur=decideuse),
            lambda droit=droit: services.renoncer(habilitation=droit, acteur=droit.titulaire),
        )
        transfere = isinstance(renonciation, TransitionInterdite)
        assert Habilitation.objects.tenues().filter(titulaire=droit.titulaire).count() == transfere


def test_deux_horloges_ferment_et_avertissent_une_seule_fois():
    hier, bientot = (timezone.localdate() + timedelta(days=jours) for jours in (-1, 20))
    echus = [HabilitationFactory(fin_le=hier) for _ in range(FOIS)]
    proches = [HabilitationFactory(fin_le=bientot) for _ in range(FOIS)]
    assert sum(ensemble(*[services.faire_echoir] * 4)) == FOIS
    assert sum(ensemble(*[services.avertir_des_fins] * 4)) == FOIS
    destinataires = sorted(Courriel.objects.values_list("destinataire", flat=True))
    assert destinataires == sorted(droit.titulaire.courriel for droit in [*echus, *proches])
    assert Evenement.objects.filter(action="habilitation.expiree").count() == FOIS
    assert Evenement.objects.filter(action="habilitation.avertie").count() == FOIS


def test_deux_horloges_rappellent_et_closent_une_revue_une_seule_fois():
    personne = gestionnaire()
    for jours in (2, -1):
        droit = HabilitationFactory()
        revue = revue_d_une_habilitation(droit, SansReponse.EXPIRENT).revue
        Revue.objects.filter(pk=revue.pk).update(echeance_le=timezone.localdate() + timedelta(days=jours))
        Courriel.objects.all().delete()
        ensemble(*[services.tenir_les_revues] * 4)
        attendu = personne.courriel if jours > 0 else droit.titulaire.courriel
        assert list(Courriel.objects.values_list("destinataire", flat=True)) == [attendu]
        services.clore_la_revue(revue=revue, acteur=personne)
