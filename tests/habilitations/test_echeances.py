"""Avertir de la fin d'une habilitation, la faire échoir, la renouveler."""

from datetime import timedelta

import pytest
from django.utils import timezone

from courriels.models import Courriel
from habilitations import services
from habilitations.enums import EtatDemande, EtatHabilitation, TypeDemande
from habilitations.erreurs import DemandeImpossible
from habilitations.models import Demande, Habilitation
from habilitations.tasks import echeances
from journal.models import Evenement
from structures.enums import EtatStructure
from tests.accounts.factories import UtilisateurFactory
from tests.habilitations.factories import (
    DemandeFactory,
    HabilitationFactory,
    ProfilFactory,
    profil_avec_structures,
    profil_sans_structure,
)
from tests.structures.factories import StructureFactory

pytestmark = pytest.mark.django_db


def dans(jours: int):
    return timezone.localdate() + timedelta(days=jours)


class TestAvertir:
    @pytest.mark.parametrize(("jours", "seuil"), [(60, 60), (31, 60), (30, 30), (8, 30), (7, 7), (0, 7)])
    def test_le_seuil_le_plus_proche_part_une_fois(self, jours, seuil):
        droit = HabilitationFactory(fin_le=dans(jours))
        assert services.avertir_des_fins() == 1
        assert services.avertir_des_fins() == 0
        droit.refresh_from_db()
        assert droit.avis_jours == seuil
        assert Courriel.objects.get().destinataire == droit.titulaire.courriel
        assert Evenement.objects.filter(action="habilitation.avertie").count() == 1

    @pytest.mark.parametrize("fin_le", [dans(61), None, dans(-1)], ids=["loin", "sans fin", "déjà échue"])
    def test_personne_n_est_averti_trop_tot_ni_trop_tard(self, fin_le):
        HabilitationFactory(fin_le=fin_le)
        assert services.avertir_des_fins() == 0

    def test_chaque_seuil_avertit_a_son_tour(self):
        droit = HabilitationFactory(fin_le=dans(60))
        for jours in (60, 30, 7):
            Habilitation.objects.update(fin_le=dans(jours))
            services.avertir_des_fins()
        droit.refresh_from_db()
        assert droit.avis_jours == 7
        assert Courriel.objects.count() == 3

    def test_un_seul_courriel_pour_tous_les_droits_d_une_personne(self):
        personne = UtilisateurFactory()
        for _ in range(3):
            HabilitationFactory(titulaire=personne, fin_le=dans(20))
        assert services.avertir_des_fins() == 1
        assert Courriel.objects.get().texte.count("- CAMSP / CMPP") == 3

    def test_un_droit_suspendu_n_avertit_pas(self):
        HabilitationFactory(fin_le=dans(5), etat=EtatHabilitation.SUSPENDUE)
        assert services.avertir_des_fins() == 0

    def test_les_seuils_sont_un_reglage(self, settings):
        settings.ECHEANCE_AVIS_JOURS = [100]
        HabilitationFactory(fin_le=dans(90))
        assert services.avertir_des_fins() == 1


class TestFaireEchoir:
    @pytest.mark.parametrize("etat", [EtatHabilitation.ACTIVE, EtatHabilitation.SUSPENDUE])
    def test_la_fin_passee_ferme_le_droit_une_fois_et_le_dit(self, etat):
        droit = HabilitationFactory(fin_le=dans(-1), etat=etat)
        assert echeances() == {"échues": 1, "averties": 0}
        assert echeances() == {"échues": 0, "averties": 0}
        droit.refresh_from_db()
        assert droit.etat == EtatHabilitation.EXPIREE
        assert Courriel.objects.get().modele == "habilitations/courriels/habilitations_echues"
        assert Evenement.objects.filter(action="habilitation.expiree").count() == 1

    def test_le_dernier_jour_est_compris(self):
        HabilitationFactory(fin_le=dans(0))
        assert services.faire_echoir() == 0


class TestRenouveler:
    @pytest.fixture
    def profil(self):
        return profil_avec_structures(duree_mois=36)

    @pytest.fixture
    def droit(self, profil):
        return HabilitationFactory(profil=profil, fin_le=dans(20))

    def test_la_demande_est_prete_et_le_droit_ne_change_pas(self, droit):
        demande = services.renouveler(habilitation=droit, acteur=droit.titulaire)
        assert (demande.type, demande.etat) == (TypeDemande.RENOUVELLEMENT, EtatDemande.BROUILLON)
        assert list(demande.structures.all()) == [droit.structure]
        envoyee = services.soumettre(demande=demande, acteur=droit.titulaire)
        assert envoyee.type == TypeDemande.RENOUVELLEMENT
        assert Habilitation.objects.actives().get() == droit

    def test_les_autres_structures_qui_vont_finir_viennent_avec_et_elles_seules(self, droit, profil):
        proche = HabilitationFactory(titulaire=droit.titulaire, profil=profil, fin_le=dans(40))
        HabilitationFactory(titulaire=droit.titulaire, profil=profil, fin_le=dans(400))
        HabilitationFactory(titulaire=droit.titulaire, profil=profil, fin_le=dans(5), etat=EtatHabilitation.SUSPENDUE)
        HabilitationFactory(profil=profil, fin_le=dans(5))
        demande = services.renouveler(habilitation=droit, acteur=droit.titulaire)
        assert set(demande.structures.all()) == {droit.structure, proche.structure}

    def test_deux_clics_ne_font_qu_une_demande(self, droit):
        premiere = services.renouveler(habilitation=droit, acteur=droit.titulaire)
        assert services.renouveler(habilitation=droit, acteur=droit.titulaire) == premiere
        assert premiere.structures.count() == 1

    def test_un_droit_echu_se_renouvelle_s_il_n_est_pas_remplace(self, profil):
        echu = HabilitationFactory(profil=profil, fin_le=dans(-10), etat=EtatHabilitation.EXPIREE)
        demande = services.renouveler(habilitation=echu, acteur=echu.titulaire)
        assert list(demande.structures.all()) == [echu.structure]

    def test_un_renouvellement_en_attente_ne_se_double_pas(self, droit):
        DemandeFactory(
            demandeur=droit.titulaire, profil=droit.profil, pour=[droit.structure], type=TypeDemande.RENOUVELLEMENT
        )
        with pytest.raises(DemandeImpossible, match="attend déjà une décision"):
            services.renouveler(habilitation=droit, acteur=droit.titulaire)

    def test_un_profil_sans_structure_se_renouvelle(self):
        droit = HabilitationFactory(profil=profil_sans_structure(), structure=None, fin_le=dans(3))
        demande = services.renouveler(habilitation=droit, acteur=droit.titulaire)
        assert services.soumettre(demande=demande, acteur=droit.titulaire).sans_structure

    @pytest.mark.parametrize(
        ("champs", "raison"),
        [
            ({"fin_le": dans(200)}, "se renouvelle à partir du"),
            ({"fin_le": None}, "n'a pas de date de fin"),
            ({"fin_le": dans(5), "etat": EtatHabilitation.SUSPENDUE}, "est suspendue"),
            ({"fin_le": dans(5), "etat": EtatHabilitation.REVOQUEE}, "n'est plus en vigueur"),
        ],
        ids=["trop tôt", "sans fin", "suspendue", "révoquée"],
    )
    def test_le_refus_dit_pourquoi(self, profil, champs, raison):
        droit = HabilitationFactory(profil=profil, **champs)
        with pytest.raises(DemandeImpossible, match=raison):
            services.renouveler(habilitation=droit, acteur=droit.titulaire)
        assert not Demande.objects.exists()

    def test_un_etablissement_ferme_ne_se_renouvelle_pas(self, profil):
        droit = HabilitationFactory(profil=profil, fin_le=dans(5), structure=StructureFactory(etat=EtatStructure.FERME))
        with pytest.raises(DemandeImpossible, match="fermé"):
            services.renouveler(habilitation=droit, acteur=droit.titulaire)

    def test_une_autre_structure_n_entre_pas_dans_un_renouvellement(self, droit):
        demande = services.renouveler(habilitation=droit, acteur=droit.titulaire)
        with pytest.raises(DemandeImpossible, match="un renouvellement ne peut pas la prolonger"):
            services.ajouter_structure(demande=demande, structure=StructureFactory(), acteur=droit.titulaire)

    def test_une_nouvelle_demande_du_profil_ne_reprend_pas_le_renouvellement(self, droit):
        renouvellement = services.renouveler(habilitation=droit, acteur=droit.titulaire)
        autre = services.creer_brouillon(profil=droit.profil, acteur=droit.titulaire)
        assert autre != renouvellement

    def test_changer_de_profil_en_fait_une_demande_ordinaire(self, droit):
        demande = services.renouveler(habilitation=droit, acteur=droit.titulaire)
        autre = profil_avec_structures(code="autre", nom="Autre profil")
        demande = services.choisir_profil(demande=demande, profil=autre, acteur=droit.titulaire)
        assert services.soumettre(demande=demande, acteur=droit.titulaire).type == TypeDemande.AJOUT_PROFIL

    def test_un_droit_revoque_entre_temps_ne_se_prolonge_plus(self, droit):
        demande = services.renouveler(habilitation=droit, acteur=droit.titulaire)
        services.revoquer(habilitation=droit, acteur=UtilisateurFactory(), motif="Départ.")
        with pytest.raises(DemandeImpossible, match="ne peut pas la prolonger"):
            services.soumettre(demande=demande, acteur=droit.titulaire)


class TestPages:
    def test_un_droit_qui_finit_se_renouvelle_depuis_mes_habilitations(self, client):
        droit = HabilitationFactory(profil=profil_avec_structures(duree_mois=36), fin_le=dans(20))
        client.force_login(droit.titulaire)
        assert "Renouveler" in client.get("/mon-compte/habilitations/").text
        reponse = client.post(f"/mon-compte/habilitations/{droit.pk}/renouveler/", follow=True)
        assert "Récapitulatif de la demande" in reponse.text
        assert "Type de demande : Renouvellement" in reponse.text

    def test_un_droit_lointain_n_offre_rien_et_le_refus_se_lit(self, client):
        droit = HabilitationFactory(profil=profil_avec_structures(duree_mois=36), fin_le=dans(300))
        client.force_login(droit.titulaire)
        assert "Renouveler" not in client.get("/mon-compte/habilitations/").text
        reponse = client.post(f"/mon-compte/habilitations/{droit.pk}/renouveler/", follow=True)
        assert "se renouvelle à partir du" in reponse.text

    def test_le_renouvellement_en_attente_se_dit_a_la_place_du_bouton(self, client):
        droit = HabilitationFactory(profil=profil_avec_structures(duree_mois=36), fin_le=dans(20))
        demande = services.renouveler(habilitation=droit, acteur=droit.titulaire)
        services.soumettre(demande=demande, acteur=droit.titulaire)
        client.force_login(droit.titulaire)
        page = client.get("/mon-compte/habilitations/").text
        assert "Votre renouvellement est demandé depuis le" in page
        assert "Renouveler<" not in page

    def test_un_droit_suspendu_dit_son_motif(self, client):
        droit = HabilitationFactory(etat=EtatHabilitation.SUSPENDUE, motif="Absence prolongée.")
        client.force_login(droit.titulaire)
        page = client.get("/mon-compte/habilitations/").text
        assert "Suspendue" in page
        assert "Absence prolongée." in page

    def test_une_echue_remplacee_ne_se_montre_plus(self, client):
        ancien = HabilitationFactory(fin_le=dans(-30), etat=EtatHabilitation.EXPIREE)
        HabilitationFactory(titulaire=ancien.titulaire, structure=ancien.structure, fin_le=dans(300))
        client.force_login(ancien.titulaire)
        assert "Échue" not in client.get("/mon-compte/habilitations/").text

    @pytest.mark.parametrize("nombre", [1, 30])
    def test_le_nombre_de_requetes_ne_depend_pas_du_nombre_de_droits(
        self, client, nombre, django_assert_max_num_queries
    ):
        personne = UtilisateurFactory()
        for rang in range(nombre):
            HabilitationFactory(titulaire=personne, profil=ProfilFactory(code=f"profil-{rang % 3}"), fin_le=dans(rang))
        client.force_login(personne)
        with django_assert_max_num_queries(14):
            client.get("/mon-compte/habilitations/")
