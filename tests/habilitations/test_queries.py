"""Tuiles, preuves et listes."""

from datetime import timedelta

import pytest
from django.utils import timezone

from habilitations.enums import EtatDemande
from habilitations.models import Demande
from habilitations.queries import demandes_confiees, filtrer, mots_cherches, preuves, trier, tuiles, voisines
from structures.enums import EtatStructure
from tests.accounts.factories import UtilisateurFactory
from tests.habilitations.factories import (
    ApplicationFactory,
    DemandeFactory,
    HabilitationFactory,
    ProfilFactory,
    gestionnaire,
    structure_a,
)
from tests.structures.factories import StructureFactory

pytestmark = pytest.mark.django_db


class TestTuiles:
    def test_une_tuile_par_application_ouverte_quel_que_soit_le_nombre_de_droits(self):
        personne = UtilisateurFactory()
        HabilitationFactory.create_batch(3, titulaire=personne)
        HabilitationFactory(profil=ProfilFactory(application=ApplicationFactory(code="extranet", nom="Extranet")))
        assert tuiles(personne) == [
            {
                "nom": "CAMSP / CMPP",
                "description": "Plateforme de dépôt des rapports d'activités CAMSP/CMPP",
                "adresse": "/camsp-cmpp/",
                "icone": "grid",
                "est_externe": False,
                "compteur": None,
            }
        ]

    def test_un_droit_echu_n_a_pas_de_tuile(self):
        droit = HabilitationFactory(fin_le=timezone.localdate() - timedelta(days=1))
        assert tuiles(droit.titulaire) == []

    def test_la_tuile_administration_compte_ce_qui_attend_dans_les_portefeuilles(self):
        personne = gestionnaire()
        DemandeFactory.create_batch(2)
        DemandeFactory(etat=EtatDemande.REFUSEE)
        DemandeFactory(profil=ProfilFactory(application=ApplicationFactory(code="extranet", nom="Extranet")))
        assert [tuile["compteur"] for tuile in tuiles(personne)] == [2]

    @pytest.mark.parametrize("nombre", [1, 3])
    def test_le_nombre_de_requetes_ne_depend_pas_du_nombre_d_applications(self, nombre, django_assert_num_queries):
        personne = UtilisateurFactory()
        for rang in range(nombre):
            application = ApplicationFactory(code=f"application-{rang}", nom=f"Application {rang}")
            HabilitationFactory(titulaire=personne, profil=ProfilFactory(application=application))
        with django_assert_num_queries(1):
            assert len(tuiles(personne)) == nombre


class TestPreuves:
    def test_le_domaine_se_compare_aux_personnes_de_la_structure(self):
        structure = StructureFactory()
        HabilitationFactory(structure=structure, titulaire=UtilisateurFactory(courriel="a@centre.example"))
        HabilitationFactory(structure=structure, titulaire=UtilisateurFactory(courriel="b@ailleurs.example"))
        HabilitationFactory(titulaire=UtilisateurFactory(courriel="c@centre.example"))
        demande = DemandeFactory(demandeur=UtilisateurFactory(courriel="d@centre.example"), pour=[structure])
        lues = preuves(demande)
        assert (lues.meme_domaine, lues.habilites) == (1, 2)
        assert not lues.messagerie_publique

    def test_une_messagerie_ouverte_a_tous_se_signale(self):
        assert preuves(DemandeFactory(demandeur=UtilisateurFactory(courriel="moi@orange.fr"))).messagerie_publique

    def test_un_etablissement_ferme_se_signale(self):
        demande = DemandeFactory(pour=[StructureFactory(etat=EtatStructure.FERME)])
        assert [lieu.est_ouverte for lieu in preuves(demande).lieux] == [False]

    def test_un_refus_anterieur_se_signale(self):
        refusee = DemandeFactory(etat=EtatDemande.REFUSEE)
        DemandeFactory(etat=EtatDemande.REFUSEE)
        assert preuves(DemandeFactory(demandeur=refusee.demandeur)).refus == [refusee]


class TestListe:
    @pytest.mark.parametrize("q", ["lev", "750790073", "Zoé", "zoe.t@centre.example", "lévy exemple", "7507"])
    def test_la_recherche_trouve_la_personne_et_la_structure(self, q):
        structure = StructureFactory(
            nom="CAMSP JANINE LEVY", numero_finess="750790073", mots=" camsp janine levy / paris 75012 / "
        )
        demandeur = UtilisateurFactory(prenom="Zoé", nom="Exemple", courriel="zoe.t@centre.example")
        demande = DemandeFactory(demandeur=demandeur, pour=[structure])
        DemandeFactory(demandeur=UtilisateurFactory(prenom="Luc", nom="Autre"))
        personne = gestionnaire()
        trouvees = filtrer(demandes_confiees(personne), {}, personne, mots_cherches({"q": q}))
        assert list(trouvees) == [demande]

    def test_les_filtres_se_cumulent(self):
        a_paris = structure_a("75")
        demande = DemandeFactory(pour=[a_paris])
        DemandeFactory(pour=[structure_a("35", region="53")])
        criteres = {
            "application": demande.profil.application_id,
            "profil": demande.profil_id,
            "departement": a_paris.departement_id,
        }
        personne = gestionnaire()
        assert list(filtrer(demandes_confiees(personne), criteres, personne)) == [demande]

    @pytest.mark.parametrize("tri", ["", "recentes"])
    def test_precedente_et_suivante_suivent_la_liste_triee(self, tri):
        maintenant = timezone.now()
        for jours in (3, 1, 2, 1):
            DemandeFactory(soumise_le=maintenant - timedelta(days=jours))
        liste = list(trier(Demande.objects.all(), tri))
        for rang, demande in enumerate(liste):
            attendues = (
                liste[rang - 1].pk if rang else None,
                liste[rang + 1].pk if rang + 1 < len(liste) else None,
            )
            trouvees = voisines(Demande.objects.all(), demande, tri)
            assert (trouvees.precedente, trouvees.suivante) == attendues
