"""Les jours ouvrés, en métropole, en Alsace-Moselle et outre-mer."""

from datetime import UTC, date, datetime, timedelta

import pytest
from django.utils import timezone
from hypothesis import given
from hypothesis import strategies as st

from habilitations.delais import CALENDRIERS, est_ouvre, jour_ouvre, jours_ouvres
from habilitations.enums import EtatDemande
from habilitations.models import Demande
from habilitations.services import accepter, annuler, annuler_decision, demander_complement, repondre, soumettre
from tests.accounts.factories import UtilisateurFactory
from tests.habilitations.factories import DemandeFactory, profil_sans_structure, structure_a

LIEUX = [None, "35", *CALENDRIERS]
dates = st.dates(date(2020, 1, 1), date(2035, 12, 31))


@pytest.mark.parametrize(
    ("debut", "fin", "departement", "attendus"),
    [
        (date(2026, 11, 16), date(2026, 11, 16), None, 0),
        (date(2026, 11, 16), date(2026, 11, 17), None, 1),
        (date(2026, 11, 20), date(2026, 11, 23), None, 1),  # du vendredi au lundi
        (date(2026, 11, 21), date(2026, 11, 22), None, 0),  # un samedi, un dimanche
        (date(2026, 11, 10), date(2026, 11, 12), None, 1),  # l'armistice
        (date(2026, 4, 2), date(2026, 4, 3), None, 1),  # le vendredi saint se travaille…
        (date(2026, 4, 2), date(2026, 4, 3), "67", 0),  # … sauf en Alsace,
        (date(2026, 4, 2), date(2026, 4, 3), "68", 0),
        (date(2026, 4, 2), date(2026, 4, 3), "57", 0),  # en Moselle
        (date(2026, 4, 2), date(2026, 4, 3), "54", 1),  # et non chez la voisine
        (date(2025, 12, 25), date(2025, 12, 26), "57", 0),  # saint Étienne
        (date(2026, 5, 26), date(2026, 5, 27), "971", 0),  # abolition de l'esclavage, à chacun son jour
        (date(2026, 5, 21), date(2026, 5, 22), "972", 0),
        (date(2026, 6, 9), date(2026, 6, 10), "973", 0),
        (date(2027, 12, 17), date(2027, 12, 20), "974", 0),
        (date(2026, 4, 24), date(2026, 4, 27), "976", 0),
        (date(2026, 10, 8), date(2026, 10, 9), "977", 0),
        (date(2026, 5, 27), date(2026, 5, 28), "978", 0),
        (date(2026, 9, 23), date(2026, 9, 24), "988", 0),
        (date(2025, 12, 24), date(2026, 1, 2), None, 5),  # Noël et le jour de l'an
    ],
)
def test_jours_ouvres_entre_deux_jours(debut, fin, departement, attendus):
    assert jours_ouvres(debut, fin, departement=departement) == attendus


def test_un_instant_vaut_le_jour_qu_il_est_a_paris():
    minuit_passe_a_paris = datetime(2026, 11, 16, 23, 30, tzinfo=UTC)
    assert jours_ouvres(minuit_passe_a_paris, date(2026, 11, 17)) == 0


def test_le_temps_d_une_pause_ne_compte_pas():
    debut, fin = date(2026, 11, 16), date(2026, 11, 27)  # neuf jours ouvrés
    assert jours_ouvres(debut, fin) == 9
    assert jours_ouvres(debut, fin, pauses=[(date(2026, 11, 18), date(2026, 11, 20))]) == 7
    assert jours_ouvres(debut, fin, pauses=[(date(2026, 11, 18), None)]) == 2


def test_une_pause_ne_deborde_ni_du_debut_ni_de_la_fin():
    debut, fin = date(2026, 11, 16), date(2026, 11, 20)
    assert jours_ouvres(debut, fin, pauses=[(date(2026, 11, 2), date(2026, 11, 17))]) == 3
    assert jours_ouvres(debut, fin, pauses=[(date(2026, 11, 19), date(2026, 12, 19))]) == 3
    assert jours_ouvres(debut, fin, pauses=[(date(2026, 12, 1), None)]) == 4


@given(debut=dates, jours=st.integers(0, 400), lieu=st.sampled_from(LIEUX))
def test_compter_jour_par_jour_donne_le_meme_nombre(debut, jours, lieu):
    un_a_un = sum(est_ouvre(debut + timedelta(days=rang), departement=lieu) for rang in range(1, jours + 1))
    assert jours_ouvres(debut, debut + timedelta(days=jours), departement=lieu) == un_a_un


@given(jour=dates, nombre=st.integers(1, 60), lieu=st.sampled_from(LIEUX))
def test_jour_ouvre_est_l_inverse_de_jours_ouvres(jour, nombre, lieu):
    apres, avant = (jour_ouvre(jour, n, departement=lieu) for n in (nombre, -nombre))
    assert est_ouvre(apres, departement=lieu)
    assert jours_ouvres(jour, apres, departement=lieu) == nombre
    assert jours_ouvres(avant, jour, departement=lieu) == nombre
    # Le dernier jour qui ait cet âge : le lendemain est plus jeune.
    assert jours_ouvres(avant + timedelta(days=1), jour, departement=lieu) == nombre - 1


@pytest.mark.django_db
class TestDelaiDUneDemande:
    """Il court à l'envoi, s'arrête à chaque question et à la décision, reprend à chaque réponse."""

    @pytest.fixture
    def le(self, monkeypatch):
        """Fait qu'il soit midi, tel jour."""

        def aller_au(jour):
            monkeypatch.setattr(timezone, "now", lambda: datetime(jour.year, jour.month, jour.day, 11, tzinfo=UTC))

        return aller_au

    def test_le_temps_passe_a_attendre_la_personne_ne_compte_pas(self, le):
        le(date(2026, 11, 16))
        demande, agent = DemandeFactory(etat=EtatDemande.BROUILLON), UtilisateurFactory()
        soumettre(demande=demande, acteur=demande.demandeur)
        le(date(2026, 11, 18))
        demande = demander_complement(demande=demande, acteur=agent, questions="Depuis quand ?")
        assert demande.age == 2
        le(date(2026, 11, 30))
        demande.refresh_from_db()
        assert demande.age == 2
        demande = repondre(demande=demande, acteur=demande.demandeur, reponse="Depuis mars.")
        assert demande.age == 2
        le(date(2026, 12, 2))
        demande.refresh_from_db()
        assert demande.age == 4
        assert accepter(demande=demande, acteur=agent).delai_jours == 4
        le(date(2026, 12, 31))
        demande.refresh_from_db()
        assert demande.age == 4

    def test_une_decision_annulee_rend_a_la_demande_son_age(self, le, settings):
        settings.DECISION_ANNULABLE_SECONDES = 10
        le(date(2026, 11, 16))
        demande, agent = DemandeFactory(), UtilisateurFactory()
        le(date(2026, 11, 18))
        accepter(demande=demande, acteur=agent)
        demande = annuler_decision(demande=demande, acteur=agent)
        assert (demande.age, demande.delai_jours) == (2, None)

    def test_une_demande_retiree_ne_vieillit_plus(self, le):
        le(date(2026, 11, 16))
        demande = DemandeFactory()
        le(date(2026, 11, 17))
        demande = annuler(demande=demande, acteur=demande.demandeur)
        le(date(2026, 11, 30))
        assert demande.age == 1

    def test_un_brouillon_n_a_pas_d_age(self):
        brouillon = DemandeFactory(etat=EtatDemande.BROUILLON)
        assert (brouillon.age, brouillon.en_retard) == (None, False)
        assert annuler(demande=brouillon, acteur=brouillon.demandeur).delai_jours is None

    def test_une_demande_est_en_retard_au_dela_du_seuil(self, le, settings):
        settings.DEMANDE_RETARD_JOURS = 2
        le(date(2026, 11, 16))
        demande = DemandeFactory()
        for jour, en_retard in [(18, False), (19, True)]:
            le(date(2026, 11, jour))
            assert demande.en_retard is en_retard
        assert not accepter(demande=demande, acteur=UtilisateurFactory()).en_retard

    @pytest.mark.parametrize("departement", ["35", "67", "971"])
    def test_le_filtre_par_age_dit_comme_l_age_de_chacune(self, le, departement):
        le(date(2026, 4, 1))
        demande = DemandeFactory(pour=[structure_a(departement)])
        sans_lieu = DemandeFactory(profil=profil_sans_structure())
        for jour in range(1, 15):
            le(date(2026, 4, jour))
            for une in (demande, sans_lieu):
                une.refresh_from_db()
                assert une in Demande.objects.agees_de(une.age)
                assert une not in Demande.objects.agees_de(une.age + 1)
