"""Ce que le temps efface, et ce qu'il épargne ; chaque étape se refait sans dommage."""

from datetime import timedelta
from importlib import import_module

import pytest
from captcha.models import CaptchaStore
from django.conf import settings as reglages
from django.contrib.sessions.models import Session
from django.core.management import CommandError, call_command
from django.db import DatabaseError, transaction
from django.utils import timezone

from accounts import services as comptes
from accounts.enums import EtatCompte
from accounts.models import Utilisateur
from courriels.enums import EtatCourriel
from courriels.models import Courriel
from courriels.services import ecrire, renvoyer
from habilitations.enums import EtatDemande, EtatHabilitation
from habilitations.models import Demande
from journal.models import Evenement
from journal.services import consigner, purger
from portail import menage
from portail.checks import duree_du_journal
from portail.tasks import menage as tache
from tests.accounts.factories import UtilisateurFactory
from tests.accounts.outils import courriels_ecrits
from tests.habilitations.factories import DemandeFactory, HabilitationFactory

pytestmark = pytest.mark.django_db
VRAI_PRESENT = timezone.now


@pytest.fixture
def dans(monkeypatch):
    """Fait vivre la suite du test `jours` plus tard (ou plus tôt) que maintenant."""

    def aller(jours):
        monkeypatch.setattr("django.utils.timezone.now", lambda: VRAI_PRESENT() + timedelta(days=jours))

    return aller


def le_menage():
    return {nom: fait for nom, fait, erreur in menage.faire_le_menage() if erreur is None}


def etat_de(personne):
    personne.refresh_from_db()
    return personne.etat


# --- Comptes inactifs ------------------------------------------------------------------------------------------------
def test_une_personne_absente_est_avertie_deux_fois_puis_son_compte_se_ferme(dans):
    personne = UtilisateurFactory(last_login=timezone.now())
    droit = HabilitationFactory(titulaire=personne)
    for jour, fait in [
        (669, None),
        (671, "averti"),
        (672, None),
        (714, None),
        (716, "averti"),
        (717, None),
        (729, None),
    ]:
        dans(jour)
        resultat = le_menage()
        assert resultat["comptes inactifs avertis"] == (fait == "averti"), jour
        assert resultat["comptes inactifs fermés"] == 0
    dans(732)
    assert le_menage()["comptes inactifs fermés"] == 1
    assert etat_de(personne) == EtatCompte.FERME
    droit.refresh_from_db()
    assert droit.etat == EtatHabilitation.RENONCEE
    assert [modele for modele, _ in courriels_ecrits()] == ["compte_inactif"] * 2 + ["compte_ferme_maintenant"]
    assert le_menage()["comptes inactifs fermés"] == 0


def test_un_compte_deja_trop_vieux_est_averti_avant_d_etre_ferme(dans):
    """Le jour où le ménage se met en route, rien ne se ferme par surprise."""
    personne = UtilisateurFactory(last_login=timezone.now() - timedelta(days=2000))
    Utilisateur.objects.update(cree_le=timezone.now() - timedelta(days=2000), confirme_le=None)
    assert le_menage()["comptes inactifs fermés"] == 0
    dans(46)
    le_menage()
    dans(59)
    assert le_menage()["comptes inactifs fermés"] == 0
    dans(62)
    assert le_menage()["comptes inactifs fermés"] == 1
    assert etat_de(personne) == EtatCompte.FERME


def test_revenir_apres_l_avertissement_garde_le_compte(dans):
    personne = UtilisateurFactory(last_login=timezone.now())
    dans(671)
    le_menage()
    Utilisateur.objects.update(last_login=timezone.now())
    dans(740)
    assert le_menage()["comptes inactifs fermés"] == 0
    assert etat_de(personne) == EtatCompte.ACTIF


def test_une_adresse_confirmee_depuis_peu_vaut_une_venue(dans):
    personne = UtilisateurFactory(last_login=timezone.now())
    dans(671)
    Utilisateur.objects.update(confirme_le=timezone.now())
    assert le_menage()["comptes inactifs avertis"] == 0
    assert etat_de(personne) == EtatCompte.ACTIF


def test_le_compte_d_administration_n_expire_pas(dans):
    personne = UtilisateurFactory(is_superuser=True)
    for jour in (700, 750, 800):
        dans(jour)
        le_menage()
    assert etat_de(personne) == EtatCompte.ACTIF
    assert courriels_ecrits() == []


def test_le_compte_averti_rouvert_par_le_support_est_averti_de_nouveau(dans):
    personne = UtilisateurFactory(last_login=timezone.now())
    for jour in (671, 717, 733):
        dans(jour)
        le_menage()
    comptes.reactiver(acteur=UtilisateurFactory(), personne=personne, motif="Retour")
    assert le_menage()["comptes inactifs fermés"] == 0
    assert etat_de(personne) == EtatCompte.ACTIF


# --- Comptes jamais confirmés ----------------------------------------------------------------------------------------
def test_un_compte_jamais_confirme_disparait_avec_ses_brouillons(dans):
    attend = UtilisateurFactory(etat=EtatCompte.A_CONFIRMER, confirme_le=None)
    DemandeFactory(demandeur=attend, etat=EtatDemande.BROUILLON)
    dans(29)
    assert le_menage()["comptes jamais confirmés supprimés"] == 0
    dans(31)
    assert le_menage()["comptes jamais confirmés supprimés"] == 1
    assert not Utilisateur.objects.filter(pk=attend.pk).exists()
    assert Evenement.objects.filter(action="compte.supprime", objet_id=str(attend.pk)).exists()


def test_un_compte_confirme_ou_desactive_reste(dans):
    for etat in (EtatCompte.ACTIF, EtatCompte.DESACTIVE):
        UtilisateurFactory(etat=etat, confirme_le=None)
    dans(31)
    assert le_menage()["comptes jamais confirmés supprimés"] == 0


# --- Courriels, journal, brouillons, sessions, captchas --------------------------------------------------------------
def lettre(**champs):
    courriel = ecrire(destinataire="a@b.example", modele="accounts/courriels/compte_ferme", contexte={})
    Courriel.objects.filter(pk=courriel.pk).update(etat=EtatCourriel.ENVOYE, envoye_le=timezone.now(), **champs)
    return courriel


def test_le_texte_d_un_courriel_s_efface_apres_62_jours_et_sa_trace_au_terme_du_journal(dans):
    courriel = lettre()
    dans(61)
    assert le_menage()["textes de courriels effacés"] == 0
    dans(63)
    assert le_menage()["textes de courriels effacés"] == 1
    assert le_menage()["textes de courriels effacés"] == 0
    courriel.refresh_from_db()
    assert (courriel.texte, courriel.html, courriel.sujet) == ("", "", "Votre compte est fermé")
    dans(373)
    assert le_menage()["courriels effacés"] == 1


def test_un_courriel_en_echec_dont_le_texte_est_efface_ne_repart_pas_vide():
    courriel = lettre()
    Courriel.objects.update(etat=EtatCourriel.EN_ECHEC, envoye_le=None, texte="")
    assert not renvoyer(courriel=courriel, acteur=UtilisateurFactory())


def test_un_courriel_pas_encore_parti_garde_son_texte(dans):
    courriel = ecrire(destinataire="a@b.example", modele="accounts/courriels/compte_ferme", contexte={})
    dans(400)
    le_menage()
    courriel.refresh_from_db()
    assert courriel.texte


def test_le_journal_se_purge_a_son_terme_et_garde_le_reste(monkeypatch, settings):
    personne = UtilisateurFactory()
    for mois, action in [(13, "ancien"), (11, "recent")]:
        with monkeypatch.context() as alors:
            alors.setattr("django.utils.timezone.now", lambda m=mois: VRAI_PRESENT() - timedelta(days=31 * m))
            consigner(acteur=personne, action=action, objet=personne)
    assert purger() == 1
    assert purger() == 0
    assert Evenement.objects.get().action == "recent"
    settings.JOURNAL_MOIS = 6
    assert purger() == 1


def test_la_base_refuse_une_purge_avant_six_mois(settings):
    personne = UtilisateurFactory()
    consigner(acteur=personne, action="recent", objet=personne)
    settings.JOURNAL_MOIS = -1
    with pytest.raises(DatabaseError), transaction.atomic():
        purger()
    assert Evenement.objects.exists()


@pytest.mark.parametrize(("mois", "permis"), [(5, False), (6, True), (12, True), (36, True), (37, False)])
def test_le_journal_se_garde_de_six_a_trente_six_mois(settings, mois, permis):
    settings.JOURNAL_MOIS = mois
    assert (duree_du_journal(None) == []) == permis


def test_un_brouillon_oublie_trois_mois_s_efface(dans):
    demande = DemandeFactory(etat=EtatDemande.BROUILLON, creee_le=timezone.now())
    envoyee = DemandeFactory(creee_le=timezone.now())
    dans(91)
    assert le_menage()["brouillons de demandes effacés"] == 0
    dans(93)
    assert le_menage()["brouillons de demandes effacés"] == 1
    assert not Demande.objects.filter(pk=demande.pk).exists()
    assert Demande.objects.filter(pk=envoyee.pk).exists()


def test_un_vieux_brouillon_touche_hier_reste():
    demande = DemandeFactory(etat=EtatDemande.BROUILLON, creee_le=timezone.now() - timedelta(days=200))
    consigner(acteur=demande.demandeur, action="demande.message_ecrit", objet=demande)
    assert le_menage()["brouillons de demandes effacés"] == 0


def test_les_sessions_et_captchas_expires_s_effacent_les_autres_restent():
    ouverte = import_module(reglages.SESSION_ENGINE).SessionStore()
    ouverte.create()
    Session.objects.create(session_key="vieille", session_data="", expire_date=timezone.now() - timedelta(days=1))
    garde = CaptchaStore.generate_key()
    vieux = CaptchaStore.generate_key()
    CaptchaStore.objects.filter(hashkey=vieux).update(expiration=timezone.now() - timedelta(days=1))
    le_menage()
    assert list(Session.objects.values_list("session_key", flat=True)) == [ouverte.session_key]
    assert list(CaptchaStore.objects.values_list("hashkey", flat=True)) == [garde]


# --- La commande et la tâche -----------------------------------------------------------------------------------------
def test_la_commande_dit_chaque_etape_et_se_refait(capsys):
    for _ in range(2):
        call_command("menage")
        lignes = capsys.readouterr().out.splitlines()
        assert [ligne.rpartition(" : ")[0] for ligne in lignes] == list(menage.ETAPES)
    assert tache() == dict.fromkeys(menage.ETAPES, 0)


def test_une_etape_en_panne_n_arrete_pas_les_autres(monkeypatch, capsys):
    def tomber():
        raise RuntimeError("panne")

    monkeypatch.setitem(menage.ETAPES, "comptes inactifs fermés", tomber)
    with pytest.raises(CommandError, match="1 étape"):
        call_command("menage")
    sortie = capsys.readouterr().out
    assert "comptes inactifs fermés : panne" in sortie
    assert "lignes du journal effacées : 0" in sortie


def test_le_menage_est_a_l_horloge():
    assert "portail.menage" in {tour["task"] for tour in reglages.CELERY_BEAT_SCHEDULE.values()}
