"""Types de structure, suppléances, couverture : qui voit quelle demande, et celles que nul ne voit."""

from datetime import date, timedelta

import pytest
from django.core import mail
from django.db import IntegrityError, transaction
from django.utils import timezone

from courriels.models import Courriel
from habilitations.enums import EtatDemande, EtatHabilitation
from habilitations.erreurs import AbsenceImpossible
from habilitations.models import Application, Habilitation, Portefeuille, Suppleance, confiees_a
from habilitations.queries import (
    a_aviser,
    couverture,
    en_charge,
    en_suppleance_de,
    gestionnaires_couvrant,
    habilitees,
    nombre_sans_gestionnaire,
    voit_la_couverture,
)
from habilitations.services import declarer_absence, soumettre, terminer_absence
from journal.models import Evenement
from tests.accounts.factories import UtilisateurFactory
from tests.habilitations.factories import (
    ApplicationFactory,
    DemandeFactory,
    gestionnaire,
    profil_avec_structures,
    profil_de_gestion,
    profil_sans_structure,
    structure_a,
)
from tests.structures.factories import StructureFactory, TypeStructureFactory

pytestmark = pytest.mark.django_db
AUJOURD_HUI = timezone.localdate


def national():
    """Qui gère toute l'ADMINISTRATION, et rien d'autre."""
    return gestionnaire(applications=[profil_de_gestion().application])


def absence(absent, suppleant, *, depuis=0, jours=5):
    debut = AUJOURD_HUI() + timedelta(days=depuis)
    return Suppleance.objects.create(
        absent=absent, suppleant=suppleant, debut_le=debut, fin_le=debut + timedelta(days=jours)
    )


class TestTypesDeStructure:
    @pytest.fixture
    def mdph(self):
        return TypeStructureFactory(code="mdph", libelle="MDPH")

    def test_un_portefeuille_peut_ne_confier_que_certains_types(self, mdph):
        personne = gestionnaire(types_structure=[mdph])
        visible = DemandeFactory(pour=[StructureFactory(type=mdph)])
        DemandeFactory(pour=[StructureFactory()])
        assert list(confiees_a(personne)) == [visible]

    def test_une_demande_de_deux_types_revient_a_qui_les_couvre_tous_deux(self, mdph):
        mixte = DemandeFactory(pour=[StructureFactory(type=mdph), StructureFactory()])
        seul, tout = gestionnaire(types_structure=[mdph]), gestionnaire()
        assert not confiees_a(seul).exists()
        assert list(gestionnaires_couvrant(mixte)) == [tout]

    def test_une_demande_sans_structure_n_est_d_aucun_type(self, mdph):
        personne = gestionnaire(types_structure=[mdph])
        DemandeFactory(profil=profil_sans_structure())
        assert not confiees_a(personne).exists()

    def test_lieu_et_type_se_cumulent(self, mdph):
        ici, la_bas = structure_a("35", "53", type=mdph), structure_a("75", "11", type=mdph)
        personne = gestionnaire(types_structure=[mdph], departements=[ici.departement])
        visible = DemandeFactory(pour=[ici])
        DemandeFactory(pour=[la_bas])
        DemandeFactory(pour=[structure_a("35", "53")])
        assert list(confiees_a(personne)) == [visible]
        assert habilitees(personne, ici) is not None
        assert habilitees(personne, structure_a("35", "53")) is None


class TestSuppleance:
    def test_le_suppleant_voit_et_decide_pendant_l_absence_seulement(self, client):
        absent, suppleant = gestionnaire(), gestionnaire(applications=[ApplicationFactory(code="extranet")])
        demande = DemandeFactory()
        client.force_login(suppleant)
        adresse = f"/gestion/demandes/{demande.pk}/"
        for depuis, reponse in [(1, 404), (-9, 404), (0, 200), (-5, 200)]:
            Suppleance.objects.all().delete()
            absence(absent, suppleant, depuis=depuis)
            assert client.get(adresse).status_code == reponse, depuis
        assert f"en suppléance de <strong>{absent}" in client.get(adresse).content.decode()
        assert client.post(f"{adresse}accepter/").status_code == 302
        demande.refresh_from_db()
        assert demande.decideur == suppleant

    def test_une_absence_terminee_plus_tot_ne_confie_plus_rien(self):
        absent, suppleant = gestionnaire(), gestionnaire(applications=[])
        DemandeFactory()
        suppleance = absence(absent, suppleant)
        assert confiees_a(suppleant).exists()
        terminer_absence(suppleance=suppleance, acteur=absent)
        assert not confiees_a(suppleant).exists()
        terminer_absence(suppleance=suppleance, acteur=absent)
        assert Evenement.objects.filter(action="suppleance.terminee").count() == 1

    def test_nul_ne_decide_pour_soi_par_suppleance(self):
        absent, suppleant = gestionnaire(), gestionnaire(applications=[])
        absence(absent, suppleant)
        de_l_absent, du_suppleant = DemandeFactory(demandeur=absent), DemandeFactory(demandeur=suppleant)
        assert not confiees_a(suppleant).exists()
        assert not gestionnaires_couvrant(de_l_absent).exists()
        assert list(gestionnaires_couvrant(du_suppleant)) == [absent]

    def test_les_portefeuilles_propres_restent_entiers(self):
        absent, suppleant = gestionnaire(), gestionnaire()
        absence(absent, suppleant)
        de_l_absent = DemandeFactory(demandeur=absent)
        assert list(confiees_a(suppleant)) == [de_l_absent]
        assert en_suppleance_de(suppleant, de_l_absent) is None

    def test_la_suppleance_ne_passe_pas_de_main_en_main(self):
        absent, suppleant, tiers = gestionnaire(), gestionnaire(applications=[]), gestionnaire(applications=[])
        absence(absent, suppleant)
        absence(suppleant, tiers)
        DemandeFactory()
        assert not confiees_a(tiers).exists()

    @pytest.mark.parametrize("qui", [0, 1])
    def test_qui_n_est_plus_gestionnaire_ne_supplee_ni_n_est_supplee(self, qui):
        deux = gestionnaire(), gestionnaire(applications=[])
        absence(*deux)
        DemandeFactory()
        assert confiees_a(deux[1]).exists()
        Habilitation.objects.filter(titulaire=deux[qui]).update(
            etat=EtatHabilitation.REVOQUEE, close_le=timezone.now(), motif="Départ."
        )
        assert not confiees_a(deux[1]).exists()

    def test_les_avis_de_l_absent_vont_a_qui_le_supplee(self):
        absent, suppleant, autre = gestionnaire(), gestionnaire(applications=[]), gestionnaire()
        demande = DemandeFactory(affectee_a=absent)
        assert set(a_aviser(demande)) == {absent, autre}
        assert en_charge(demande) == [absent]
        absence(absent, suppleant)
        assert set(a_aviser(demande)) == {suppleant, autre}
        assert en_charge(demande) == [suppleant]

    def test_deux_absents_qui_se_suppleent_restent_avises(self):
        un, deux = gestionnaire(), gestionnaire()
        absence(un, deux)
        absence(deux, un)
        assert set(a_aviser(DemandeFactory())) == {un, deux}

    def test_declarer_previent_le_suppleant_et_le_journal(self):
        absent, suppleant = gestionnaire(), gestionnaire()
        declarer_absence(acteur=absent, suppleant=suppleant, debut_le=AUJOURD_HUI(), fin_le=AUJOURD_HUI())
        courriel = Courriel.objects.get(destinataire=suppleant.courriel)
        assert str(absent) in courriel.sujet
        assert Evenement.objects.get(action="suppleance.declaree").acteur == absent

    @pytest.mark.parametrize(
        ("cas", "phrase"),
        [
            ("renversee", "Le dernier jour vient avant le premier"),
            ("passee", "déjà finie"),
            ("soi", "autre personne gestionnaire"),
            ("pas_gestionnaire", "autre personne gestionnaire"),
            ("deux_fois", "déjà déclaré une absence"),
            ("suppleant_absent", "choisissez quelqu'un d'autre"),
        ],
    )
    def test_une_absence_impossible_dit_pourquoi(self, cas, phrase):
        absent, suppleant, jour = gestionnaire(), gestionnaire(), AUJOURD_HUI()
        dates = {"debut_le": jour, "fin_le": jour + timedelta(days=3)}
        if cas == "renversee":
            dates = {"debut_le": jour + timedelta(days=3), "fin_le": jour}
        if cas == "passee":
            dates = {"debut_le": jour - timedelta(days=9), "fin_le": jour - timedelta(days=1)}
        if cas == "deux_fois":
            absence(absent, suppleant, depuis=3)
        if cas == "suppleant_absent":
            absence(suppleant, gestionnaire(), depuis=3)
        qui = {"soi": absent, "pas_gestionnaire": UtilisateurFactory()}.get(cas, suppleant)
        with pytest.raises(AbsenceImpossible, match=phrase):
            declarer_absence(acteur=absent, suppleant=qui, **dates)

    def test_la_base_refuse_une_absence_a_l_envers_et_qui_se_supplee(self):
        un, deux = gestionnaire(), gestionnaire()
        jour = date(2026, 11, 20)
        for champs in [
            {"absent": un, "suppleant": deux, "debut_le": jour, "fin_le": jour - timedelta(days=1)},
            {"absent": un, "suppleant": un, "debut_le": jour, "fin_le": jour},
        ]:
            with pytest.raises(IntegrityError), transaction.atomic():
                Suppleance.objects.create(**champs)

    @pytest.mark.parametrize("nombre", [1, 4])
    def test_les_suppleances_ne_coutent_pas_de_requete_de_plus(self, nombre, django_assert_num_queries):
        suppleant = gestionnaire()
        for _ in range(nombre):
            absence(gestionnaire(), suppleant)
        DemandeFactory()
        with django_assert_num_queries(4):
            list(confiees_a(suppleant))


class TestPageDesAbsences:
    def test_declarer_puis_mettre_fin(self, client):
        absent, suppleant = gestionnaire(), gestionnaire()
        client.force_login(absent)
        jour = AUJOURD_HUI().isoformat()
        saisie = {"suppleant": suppleant.pk, "debut_le": jour, "fin_le": jour}
        page = client.post("/gestion/absences/", saisie, follow=True).content.decode()
        assert f"{suppleant.get_full_name()} vous supplée" in page
        suppleance = Suppleance.objects.get()
        client.force_login(suppleant)
        assert "Vous suppléez" in client.get("/gestion/demandes/").content.decode()
        assert client.post(f"/gestion/absences/{suppleance.pk}/terminer/").status_code == 404
        client.force_login(absent)
        client.post(f"/gestion/absences/{suppleance.pk}/terminer/")
        suppleance.refresh_from_db()
        assert suppleance.terminee_le

    def test_sans_collegue_la_page_dit_a_qui_s_adresser(self, client, settings):
        client.force_login(gestionnaire())
        page = client.get("/gestion/absences/").content.decode()
        assert "Déclarer cette absence" not in page
        assert f"mailto:{settings.COURRIEL_SUPPORT}" in page

    def test_un_refus_garde_la_saisie(self, client):
        absent, suppleant = gestionnaire(), gestionnaire()
        client.force_login(absent)
        jour = AUJOURD_HUI()
        hier = (jour - timedelta(days=1)).isoformat()
        saisie = {"suppleant": suppleant.pk, "debut_le": jour.isoformat(), "fin_le": hier}
        page = client.post("/gestion/absences/", saisie).content.decode()
        assert "Le dernier jour vient avant le premier" in page
        assert f'value="{jour.isoformat()}"' in page
        assert not Suppleance.objects.exists()


class TestCouverture:
    def test_une_demande_que_personne_ne_couvre_se_voit_avec_sa_raison(self):
        bretagne, paris = structure_a("35", "53"), structure_a("75", "11")
        gestionnaire(departements=[bretagne.departement])
        gestionnaire(departements=[paris.departement])
        couverte = DemandeFactory(pour=[bretagne])
        a_cheval = DemandeFactory(pour=[bretagne, paris])
        ailleurs = DemandeFactory(pour=[structure_a("13", "93")])
        inconnu = DemandeFactory(pour=[StructureFactory(nom="SANS LIEU", numero_finess=None)])
        sans_structure = DemandeFactory(profil=profil_sans_structure())
        autre = DemandeFactory(profil=profil_avec_structures(application=ApplicationFactory(code="extranet")))
        DemandeFactory(pour=[structure_a("13", "93")], etat=EtatDemande.ANNULEE)
        raisons = {une.demande: une.raison for une in couverture().demandes}
        assert couverte not in raisons
        assert raisons == {
            a_cheval: "À cheval sur Département 35 (35) et Département 75 (75) : "
            "aucun portefeuille ne les couvre ensemble.",
            ailleurs: "Aucun portefeuille tenu ne comprend Département 13 (13) pour ce profil et ce type de structure.",
            inconnu: "Le département de SANS LIEU n'est pas connu.",
            sans_structure: "Demande sans structure : elle revient à un portefeuille sans limite de lieu ni de type.",
            autre: "Aucun portefeuille tenu ne comprend ce profil.",
        }
        assert nombre_sans_gestionnaire() == 5

    def test_une_demande_couverte_ne_l_est_que_par_un_autre(self):
        personne = gestionnaire()
        sienne = DemandeFactory(demandeur=personne)
        assert [(une.demande, une.raison) for une in couverture().demandes] == [
            (sienne, "Seule la personne qui l'a faite en déciderait.")
        ]
        Portefeuille.objects.get().gestionnaires.add(gestionnaire(applications=[]))
        assert nombre_sans_gestionnaire() == 0

    def test_un_portefeuille_que_plus_personne_ne_tient_ne_couvre_rien(self):
        personne = gestionnaire()
        DemandeFactory()
        assert nombre_sans_gestionnaire() == 0
        Habilitation.objects.filter(titulaire=personne).update(
            etat=EtatHabilitation.REVOQUEE, close_le=timezone.now(), motif="Départ."
        )
        assert nombre_sans_gestionnaire() == 1

    def test_les_profils_sans_gestionnaire_quelque_part_se_disent_par_lieux(self):
        national()
        profil_avec_structures()
        for departement, region in [("35", "53"), ("29", "53"), ("75", "11"), ("92", "11")]:
            lieu = structure_a(departement, region)
        gestionnaire(departements=[lieu.departement])
        (manque,) = couverture().manques
        assert manque.lieux == "Région 53, Département 75 (75)"
        gestionnaire()
        assert couverture().manques == []

    def test_un_profil_sans_structure_veut_un_portefeuille_sans_limite(self):
        national()
        profil_sans_structure()
        gestionnaire(departements=[structure_a("35", "53").departement])
        assert [(manque.types, manque.lieux) for manque in couverture().manques] == [
            ("sans structure", "toute la France")
        ]

    @pytest.mark.parametrize("nombre", [1, 3])
    def test_le_nombre_de_requetes_ne_depend_de_rien(self, nombre, django_assert_num_queries):
        for rang in range(nombre):
            gestionnaire(departements=[structure_a("35", "53").departement])
            DemandeFactory(pour=[structure_a("75")])
            profil_avec_structures(application=ApplicationFactory(code=f"application-{rang}"))
        with django_assert_num_queries(14):
            assert couverture().nombre == nombre

    def test_la_page_est_aux_gestionnaires_de_toute_l_administration_et_au_support(self, client):
        demande, local = DemandeFactory(), gestionnaire(applications=[])
        for personne, reponse in [(national(), 200), (local, 404)]:
            client.force_login(personne)
            assert client.get("/gestion/couverture/").status_code == reponse
            menu = client.get("/gestion/demandes/").content.decode()
            assert ("Couverture" in menu) == (reponse == 200)
        client.force_login(UtilisateurFactory(is_staff=True, is_superuser=True))
        page = client.get("/admin/habilitations/portefeuille/couverture/").content.decode()
        assert f"n° {demande.pk}" in page

    def test_un_portefeuille_limite_de_l_administration_n_est_pas_national(self):
        lieu = structure_a("35", "53").departement
        assert not voit_la_couverture(gestionnaire(applications=[*Application.objects.all()], departements=[lieu]))


class TestALArrivee:
    def arrive(self):
        demande = DemandeFactory(etat=EtatDemande.BROUILLON)
        soumettre(demande=demande, acteur=demande.demandeur)
        return demande

    def destinataires(self, modele):
        return list(Courriel.objects.filter(modele=f"habilitations/courriels/{modele}").values_list("destinataire"))

    def test_une_demande_que_personne_ne_couvre_previent_les_gestionnaires_de_toute_la_france(self):
        chef = national()
        demande = self.arrive()
        courriel = Courriel.objects.get(modele="habilitations/courriels/demande_sans_gestionnaire")
        assert courriel.destinataire == chef.courriel
        assert f"n° {demande.pk}" in courriel.sujet
        assert "/gestion/couverture/" in courriel.texte
        assert self.destinataires("demande_a_traiter") == []

    def test_sans_eux_elle_previent_le_support(self, settings):
        self.arrive()
        courriel = Courriel.objects.get(modele="habilitations/courriels/demande_sans_gestionnaire")
        assert courriel.destinataire == settings.COURRIEL_SUPPORT
        assert "/admin/habilitations/portefeuille/couverture/" in courriel.texte

    def test_une_demande_couverte_ne_previent_que_qui_la_couvre(self):
        national()
        personne = gestionnaire()
        self.arrive()
        assert self.destinataires("demande_sans_gestionnaire") == []
        assert self.destinataires("demande_a_traiter") == [(personne.courriel,)]
        assert mail.outbox == []
