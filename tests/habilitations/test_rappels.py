"""Rappels et récapitulatif : à qui, quand, et jamais deux fois."""

from datetime import UTC, date, datetime

import pytest
from django.utils import timezone

from courriels.models import Courriel
from habilitations.enums import Avis, EtatDemande
from habilitations.models import PreferencesDeGestion, Suppleance
from habilitations.services import (
    accepter,
    choisir_avis,
    demander_complement,
    envoyer_les_recapitulatifs,
    rappeler_les_demandes,
    soumettre,
)
from journal.models import Evenement
from tests.accounts.factories import UtilisateurFactory
from tests.habilitations.factories import DemandeFactory, gestionnaire
from tests.habilitations.test_concurrence import ensemble

LUNDI = date(2026, 11, 16)


@pytest.fixture
def le(monkeypatch, settings):
    """Fait qu'il soit midi à Paris, ou l'heure dite, tel jour."""
    settings.DEMANDE_RAPPEL_JOURS, settings.DEMANDE_RAPPEL_COLLEGUES_JOURS = 2, 4

    def aller_au(jour, heure=12):
        monkeypatch.setattr(timezone, "now", lambda: datetime(jour.year, jour.month, jour.day, heure - 1, tzinfo=UTC))

    aller_au(LUNDI)
    return aller_au


def avises(modele="rappel_de_demande"):
    courriels = Courriel.objects.filter(modele=f"habilitations/courriels/{modele}").order_by("pk")
    destinataires = list(courriels.values_list("destinataire", flat=True))
    courriels.delete()
    return sorted(destinataires)


@pytest.mark.django_db
class TestRappels:
    def test_qui_en_est_charge_d_abord_puis_ses_collegues_et_plus_rien(self, le):
        charge, collegue = gestionnaire(), gestionnaire()
        demande = DemandeFactory(affectee_a=charge)
        for jour, attendus in [
            (17, []),
            (18, [charge.courriel]),
            (19, []),
            (20, [collegue.courriel]),
            (23, []),
            (30, []),
        ]:
            le(date(2026, 11, jour))
            rappeler_les_demandes()
            assert avises() == attendus, jour
        rappels = Evenement.objects.sur(demande).filter(action__startswith="demande.rappel")
        assert [rappel.apres["jours_ouvres"] for rappel in rappels.order_by("pk")] == [2, 4]

    def test_sans_affectation_tous_ceux_qui_la_couvrent(self, le):
        deux = [gestionnaire(), gestionnaire()]
        DemandeFactory()
        le(date(2026, 11, 18))
        assert rappeler_les_demandes() == 1
        assert avises() == sorted(une.courriel for une in deux)

    def test_rejouer_la_tache_ne_rappelle_pas_deux_fois(self, le):
        gestionnaire()
        DemandeFactory()
        le(date(2026, 11, 18))
        assert [rappeler_les_demandes() for _ in range(3)] == [1, 0, 0]

    def test_apres_une_longue_panne_un_rappel_par_etape_pas_davantage(self, le):
        gestionnaire()
        DemandeFactory()
        le(date(2026, 12, 31))
        assert rappeler_les_demandes() == 2
        assert rappeler_les_demandes() == 0

    def test_ni_une_demande_decidee_ni_une_question_ouverte_ne_se_rappellent(self, le):
        personne = gestionnaire()
        decidee, questionnee = DemandeFactory(), DemandeFactory()
        accepter(demande=decidee, acteur=personne)
        demander_complement(demande=questionnee, acteur=personne, questions="Quand ?")
        le(date(2026, 11, 30))
        assert rappeler_les_demandes() == 0

    def test_l_absence_renvoie_le_rappel_a_qui_supplee(self, le):
        absent, suppleant = gestionnaire(), gestionnaire(applications=[])
        Suppleance.objects.create(absent=absent, suppleant=suppleant, debut_le=LUNDI, fin_le=date(2026, 11, 30))
        DemandeFactory(affectee_a=absent)
        le(date(2026, 11, 18))
        rappeler_les_demandes()
        assert avises() == [suppleant.courriel]

    def test_une_demande_que_personne_ne_couvre_previent_encore(self, le, settings):
        DemandeFactory()
        le(date(2026, 11, 18))
        rappeler_les_demandes()
        assert avises("demande_sans_gestionnaire") == [settings.COURRIEL_SUPPORT]


@pytest.mark.django_db
class TestRecapitulatif:
    def test_a_la_place_d_un_courriel_par_demande(self, le):
        resumee, autre = gestionnaire(), gestionnaire()
        choisir_avis(acteur=resumee, avis=Avis.RECAPITULATIF)
        demande = DemandeFactory(etat=EtatDemande.BROUILLON)
        soumettre(demande=demande, acteur=demande.demandeur)
        assert avises("demande_a_traiter") == [autre.courriel]
        le(date(2026, 11, 18))
        rappeler_les_demandes()
        assert avises() == [autre.courriel]
        assert envoyer_les_recapitulatifs() == 1
        courriel = Courriel.objects.get(modele="habilitations/courriels/recapitulatif")
        assert courriel.destinataire == resumee.courriel
        assert courriel.sujet == "1 demande à décider"
        assert f"n° {demande.pk}" not in courriel.texte  # arrivée avant-hier, et pas en retard
        assert "/gestion/preferences/" in courriel.texte

    def test_il_dit_les_nouvelles_et_celles_qui_tardent(self, le, settings):
        settings.DEMANDE_RETARD_JOURS = 2
        personne = gestionnaire()
        choisir_avis(acteur=personne, avis=Avis.RECAPITULATIF)
        tardive = DemandeFactory()
        le(date(2026, 11, 19))
        nouvelle = DemandeFactory()
        DemandeFactory(demandeur=personne)
        envoyer_les_recapitulatifs()
        courriel = Courriel.objects.get(modele="habilitations/courriels/recapitulatif")
        assert courriel.sujet == "2 demandes à décider, dont 1 en retard"
        retard, _, nouvelles = courriel.texte.partition("Nouvelles (1)")
        assert f"n° {tardive.pk}" in retard
        assert f"n° {nouvelle.pk}" in nouvelles

    @pytest.mark.parametrize(
        ("jour", "heure", "envoyes"),
        [(LUNDI, 6, 0), (LUNDI, 7, 1), (LUNDI, 18, 1), (date(2026, 11, 21), 9, 0), (date(2026, 11, 11), 9, 0)],
    )
    def test_le_matin_les_jours_ouvres_seulement(self, le, jour, heure, envoyes):
        choisir_avis(acteur=gestionnaire(), avis=Avis.RECAPITULATIF)
        DemandeFactory()
        le(jour, heure)
        assert envoyer_les_recapitulatifs() == envoyes

    def test_une_fois_par_jour_et_rien_quand_rien_n_attend(self, le):
        choisir_avis(acteur=gestionnaire(), avis=Avis.RECAPITULATIF)
        assert envoyer_les_recapitulatifs() == 0
        DemandeFactory()
        le(date(2026, 11, 17))
        assert [envoyer_les_recapitulatifs() for _ in range(2)] == [1, 0]
        le(date(2026, 11, 18))
        assert envoyer_les_recapitulatifs() == 1

    def test_qui_n_est_plus_gestionnaire_ne_recoit_plus_rien(self, le):
        PreferencesDeGestion.objects.create(personne=UtilisateurFactory(), avis=Avis.RECAPITULATIF)
        DemandeFactory()
        assert envoyer_les_recapitulatifs() == 0

    def test_qui_s_absente_laisse_son_recapitulatif_a_qui_le_supplee(self, le):
        absent, suppleant = gestionnaire(), gestionnaire(applications=[])
        for personne in (absent, suppleant):
            choisir_avis(acteur=personne, avis=Avis.RECAPITULATIF)
        Suppleance.objects.create(absent=absent, suppleant=suppleant, debut_le=LUNDI, fin_le=LUNDI)
        DemandeFactory()
        envoyer_les_recapitulatifs()
        assert avises("recapitulatif") == [suppleant.courriel]
        le(date(2026, 11, 17))
        envoyer_les_recapitulatifs()
        assert avises("recapitulatif") == [absent.courriel]

    def test_la_page_de_preferences_enregistre_le_choix(self, client, le):
        personne = gestionnaire()
        client.force_login(personne)
        assert client.get("/gestion/preferences/").context["form"]["avis"].value() == Avis.CHAQUE_DEMANDE
        client.post("/gestion/preferences/", {"avis": "recapitulatif"})
        assert personne.preferences_de_gestion.avis == Avis.RECAPITULATIF
        assert client.post("/gestion/preferences/", {"avis": "jamais"}).status_code == 200
        assert Evenement.objects.get(action="gestion.avis").apres == {"avis": "recapitulatif"}


@pytest.mark.postgresql
@pytest.mark.django_db(transaction=True)
class TestDeuxHorloges:
    def test_n_envoient_pas_deux_rappels(self, le):
        personne = gestionnaire()
        for _ in range(5):
            DemandeFactory()
        le(date(2026, 11, 18))
        assert sum(ensemble(*[rappeler_les_demandes] * 4)) == 5
        assert avises() == [personne.courriel] * 5

    def test_n_envoient_pas_deux_recapitulatifs(self, le):
        personnes = [gestionnaire() for _ in range(4)]
        for personne in personnes:
            choisir_avis(acteur=personne, avis=Avis.RECAPITULATIF)
        DemandeFactory()
        assert sum(ensemble(*[envoyer_les_recapitulatifs] * 4)) == 4
        assert avises("recapitulatif") == sorted(personne.courriel for personne in personnes)
