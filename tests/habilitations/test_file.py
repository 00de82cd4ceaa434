"""La file : filtres, choix retenus, affectation, gestes groupés, présence, export."""

import html
import re
from datetime import timedelta
from io import BytesIO

import pytest
from django.contrib.sessions.models import Session
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone
from openpyxl import load_workbook

from courriels.models import Courriel
from habilitations import presence as presents
from habilitations.enums import EtatDemande, TypeDemande
from habilitations.erreurs import DemandeImpossible, TransitionInterdite
from habilitations.models import ChoixDeFile, Demande, Habilitation, confiees_a
from habilitations.queries import autres_gestionnaires, filtrer, mots_cherches
from habilitations.queries import file as lectures
from habilitations.services import affecter, revoquer, suspendre
from habilitations.services.comptes import rendre_tout
from journal.models import Evenement
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
FILE = "/gestion/demandes/"


def texte(reponse) -> str:
    return html.unescape(reponse.content.decode())


@pytest.fixture
def decideuse(client):
    decideuse = gestionnaire()
    client.force_login(decideuse)
    return decideuse


def ailleurs(**champs):
    """Une demande d'un portefeuille où la décideuse n'est pas."""
    return DemandeFactory(
        profil=ProfilFactory(application=ApplicationFactory(code="extranet", nom="Extranet")), **champs
    )


class TestFiltres:
    def cherchees(self, personne, mots=(), **criteres):
        return set(filtrer(confiees_a(personne), criteres, personne, mots))

    def test_la_region_et_le_departement_trouvent_une_demande_qui_y_porte_en_partie(self, decideuse):
        a_paris, a_rennes = structure_a("75"), structure_a("35", region="53")
        deux, ici = DemandeFactory(pour=[a_paris, a_rennes]), DemandeFactory(pour=[a_rennes])
        DemandeFactory(pour=[a_paris])
        DemandeFactory()
        assert self.cherchees(decideuse, departement=a_rennes.departement_id) == {deux, ici}
        assert self.cherchees(decideuse, region=a_rennes.departement.region_id) == {deux, ici}

    def test_le_type_de_demande(self, decideuse):
        ajout = DemandeFactory(type=TypeDemande.AJOUT_STRUCTURES)
        DemandeFactory()
        assert self.cherchees(decideuse, type="ajout_structures") == {ajout}

    def test_l_attente_se_compte_en_jours_ouvres(self, decideuse):
        maintenant = timezone.now()
        ancienne = DemandeFactory(soumise_le=maintenant - timedelta(days=30))
        DemandeFactory(soumise_le=maintenant - timedelta(days=1))
        assert self.cherchees(decideuse, age="5") == {ancienne}

    def test_l_affectation(self, decideuse):
        collegue = gestionnaire()
        a_moi, a_elle = DemandeFactory(affectee_a=decideuse), DemandeFactory(affectee_a=collegue)
        a_personne = DemandeFactory()
        assert self.cherchees(decideuse, affectation="moi") == {a_moi}
        assert self.cherchees(decideuse, affectation="personne") == {a_personne}
        assert self.cherchees(decideuse, affectation=str(collegue.pk)) == {a_elle}

    @pytest.mark.parametrize("affectation", ["zzz", "9" * 40, "-1", "²"])
    def test_une_affectation_absurde_ne_filtre_rien(self, client, decideuse, affectation):
        DemandeFactory()
        reponse = client.get(f"{FILE}?etat=toutes&affectation={affectation}")
        assert len(reponse.context["lignes"]) == 1

    @pytest.mark.parametrize("seuil", [0, 200])
    @pytest.mark.parametrize("q", ["zo", "durand", "levy", "durand levy", "camsp", "750790073"])
    def test_un_mot_repandu_ou_rare_trouve_les_memes_demandes(self, decideuse, monkeypatch, seuil, q):
        monkeypatch.setattr(lectures, "SEUIL", seuil)
        structure = StructureFactory(nom="CAMSP LEVY", numero_finess="750790073", mots=" camsp levy / paris / ")
        demande = DemandeFactory(demandeur=UtilisateurFactory(prenom="Zoé", nom="Durand"), pour=[structure])
        DemandeFactory(demandeur=UtilisateurFactory(prenom="Luc", nom="Autre"))
        ailleurs(demandeur=demande.demandeur)
        assert self.cherchees(decideuse, mots_cherches({"q": q})) == {demande}

    def test_les_collegues_sont_celles_et_ceux_des_memes_profils(self, decideuse):
        ProfilFactory()
        collegue = gestionnaire()
        gestionnaire(applications=[ApplicationFactory(code="extranet", nom="Extranet")])
        partie = gestionnaire()
        Habilitation.objects.filter(titulaire=partie).update(etat="renoncee", close_le=timezone.now())
        assert list(autres_gestionnaires(decideuse)) == [collegue]


class TestOnglets:
    def test_chaque_onglet_montre_ses_demandes(self, client, decideuse):
        demandes = {
            etat: DemandeFactory(etat=etat)
            for etat in (EtatDemande.EN_ATTENTE, EtatDemande.A_COMPLETER, EtatDemande.ACCEPTEE, EtatDemande.ANNULEE)
        }
        attendues = {
            "en_attente": {EtatDemande.EN_ATTENTE},
            "a_completer": {EtatDemande.A_COMPLETER},
            "traitees": {EtatDemande.ACCEPTEE},
            "toutes": set(demandes),
        }
        for onglet, etats in attendues.items():
            page = texte(client.get(f"{FILE}?etat={onglet}"))
            assert {etat for etat, demande in demandes.items() if demande.demandeur.courriel in page} == etats

    def test_une_demande_en_retard_se_voit(self, client, decideuse):
        DemandeFactory(soumise_le=timezone.now() - timedelta(days=40))
        DemandeFactory()
        assert client.get(FILE).content.decode().count("En retard") == 1

    def test_les_dernieres_decisions_ne_se_trient_que_chez_les_traitees(self, client, decideuse):
        DemandeFactory()
        assert client.get(f"{FILE}?etat=toutes&tri=decisions").status_code == 200
        recue = timezone.now() - timedelta(days=9)
        premiere = DemandeFactory(etat=EtatDemande.ACCEPTEE, soumise_le=recue, decidee_le=timezone.now())
        DemandeFactory(etat=EtatDemande.ACCEPTEE, soumise_le=recue, decidee_le=recue)
        reponse = client.get(f"{FILE}?etat=traitees&tri=decisions")
        assert reponse.context["lignes"][0][0].numero == premiere.pk

    def test_cinquante_par_page(self, client, decideuse):
        DemandeFactory.create_batch(30)
        assert len(client.get(FILE).context["lignes"]) == 25
        assert len(client.get(f"{FILE}?etat=en_attente&par_page=50").context["lignes"]) == 30


class TestChoixRetenus:
    def test_revenir_sans_parametre_retrouve_ses_choix(self, client, decideuse):
        client.get(f"{FILE}?etat=toutes&tri=recentes&par_page=50&q=&page=2")
        Session.objects.all().delete()
        client.force_login(decideuse)
        assert client.get(FILE)["Location"] == f"{FILE}?etat=toutes&tri=recentes&par_page=50"

    def test_effacer_les_filtres_les_oublie(self, client, decideuse):
        client.get(f"{FILE}?etat=toutes&q=levy")
        client.get(f"{FILE}?etat=toutes")
        assert client.get(FILE)["Location"] == f"{FILE}?etat=toutes"

    def test_les_choix_sont_ceux_de_la_personne(self, client, decideuse):
        client.get(f"{FILE}?etat=toutes")
        client.force_login(gestionnaire())
        assert client.get(FILE).status_code == 200

    def test_relire_la_meme_liste_n_ecrit_rien(self, client, decideuse):
        client.get(f"{FILE}?etat=toutes")
        with CaptureQueriesContext(connection) as requetes:
            client.get(f"{FILE}?etat=toutes")
        assert not [une for une in requetes if une["sql"].startswith(("INSERT", "UPDATE"))]

    def test_fermer_son_compte_les_efface_et_rend_ses_demandes(self, client, decideuse):
        client.get(f"{FILE}?etat=toutes&q=levy")
        demande = DemandeFactory(affectee_a=decideuse)
        rendre_tout(decideuse, decideuse)
        demande.refresh_from_db()
        assert demande.affectee_a is None
        assert not ChoixDeFile.objects.exists()

    def test_une_adresse_demesuree_n_est_pas_retenue(self, client, decideuse):
        client.get(f"{FILE}?q={'a' * 1200}")
        assert not ChoixDeFile.objects.exists()


class TestAffectation:
    def test_affecter_se_note_au_journal_et_une_seule_fois(self, decideuse):
        demande, collegue = DemandeFactory(), gestionnaire()
        for _ in range(2):
            affecter(demande=demande, a=collegue, acteur=decideuse)
        demande.refresh_from_db()
        assert demande.affectee_a == collegue
        assert Evenement.objects.get(action="demande.affectee").apres == {"a": str(collegue)}

    def test_on_n_affecte_pas_a_qui_ne_couvre_pas_la_demande(self, decideuse):
        demande = DemandeFactory()
        autre = gestionnaire(applications=[ApplicationFactory(code="extranet", nom="Extranet")])
        with pytest.raises(DemandeImpossible, match="ne couvre cette demande"):
            affecter(demande=demande, a=autre, acteur=decideuse)

    def test_une_demande_decidee_ne_s_affecte_plus(self, decideuse):
        with pytest.raises(TransitionInterdite):
            affecter(demande=DemandeFactory(etat=EtatDemande.ACCEPTEE), a=decideuse, acteur=decideuse)

    @pytest.mark.parametrize("geste", [revoquer, suspendre])
    def test_qui_n_est_plus_gestionnaire_rend_ses_demandes_a_tous(self, decideuse, geste):
        partante = gestionnaire()
        attend, decidee = (DemandeFactory(affectee_a=partante, etat=etat) for etat in ("en_attente", "acceptee"))
        geste(habilitation=partante.habilitations.get(), acteur=decideuse, motif="Départ.")
        for demande in (attend, decidee):
            demande.refresh_from_db()
        assert (attend.affectee_a, decidee.affectee_a) == (None, partante)
        rendue = Evenement.objects.get(action="demande.desaffectee")
        assert (rendue.acteur, rendue.avant) == (decideuse, {"a": str(partante)})

    def test_perdre_un_autre_droit_garde_ses_demandes(self, decideuse):
        collegue = gestionnaire()
        demande = DemandeFactory(affectee_a=collegue)
        revoquer(habilitation=HabilitationFactory(titulaire=collegue), acteur=decideuse, motif="Départ.")
        demande.refresh_from_db()
        assert demande.affectee_a == collegue

    def test_depuis_la_page_de_la_demande(self, client, decideuse):
        demande = DemandeFactory()
        adresse = f"{FILE}{demande.pk}/"
        assert "M'affecter la demande" in texte(client.get(adresse))
        reponse = client.post(f"{adresse}affecter/?etat=toutes", {"a": decideuse.pk}, follow=True)
        assert "La demande est affectée à vous." in texte(reponse)
        assert "Cette demande vous est affectée." in texte(reponse)
        assert f"Demande affectée à {decideuse}" in texte(reponse)
        assert "n'est plus affectée" in texte(client.post(f"{adresse}affecter/", {"a": ""}, follow=True))
        demande.refresh_from_db()
        assert demande.affectee_a is None

    def test_une_personne_hors_du_portefeuille_est_refusee_avec_une_phrase(self, client, decideuse):
        demande, autre = DemandeFactory(), UtilisateurFactory()
        reponse = client.post(f"{FILE}{demande.pk}/affecter/", {"a": autre.pk}, follow=True)
        assert "choisissez-en une autre" in texte(reponse)

    def test_la_demande_d_un_autre_portefeuille_n_existe_pas(self, client, decideuse):
        assert client.post(f"{FILE}{ailleurs().pk}/affecter/", {"a": decideuse.pk}).status_code == 404

    def test_la_personne_qui_demande_n_en_sait_rien(self, client, decideuse):
        demande = DemandeFactory()
        affecter(demande=demande, a=decideuse, acteur=decideuse)
        client.force_login(demande.demandeur)
        assert "affectée" not in texte(client.get(f"/mon-compte/demandes/{demande.pk}/"))


class TestEnsemble:
    def faire(self, client, geste, demandes, **saisie):
        numeros = [demande.pk for demande in demandes]
        page = client.post(f"{FILE}ensemble/?etat=toutes", {"geste": geste, "demandes": numeros})
        saisie = {"geste": geste, "demandes": numeros, "jeton": page.context["jeton"]} | saisie
        return client.post(f"{FILE}ensemble/?etat=toutes", saisie, follow=True)

    def test_la_confirmation_dit_le_nombre_et_ne_fait_rien(self, client, decideuse):
        demandes = DemandeFactory.create_batch(2)
        page = texte(client.post(f"{FILE}ensemble/", {"geste": "accepter", "demandes": [une.pk for une in demandes]}))
        assert "Accepter 2 demandes" in page
        assert all(str(une.demandeur) in page for une in demandes)
        assert Demande.objects.en_attente().count() == 2

    def test_chaque_demande_dit_son_issue(self, client, decideuse):
        acceptees, traitee, autre = DemandeFactory.create_batch(2), DemandeFactory(etat=EtatDemande.REFUSEE), ailleurs()
        page = texte(self.faire(client, "accepter", [*acceptees, traitee, autre]))
        assert "2 demandes acceptées" in page
        assert f"Déjà traitée par {traitee.decideur}" in page
        assert "plus dans vos portefeuilles" in page
        assert str(autre.demandeur) not in page
        assert Demande.objects.filter(etat=EtatDemande.ACCEPTEE).count() == 2
        autre.refresh_from_db()
        assert autre.etat == EtatDemande.EN_ATTENTE

    def test_confirmer_deux_fois_ne_fait_rien_de_plus(self, client, decideuse):
        demande = DemandeFactory()
        numeros = {"geste": "accepter", "demandes": [demande.pk], "jeton": "le-meme"}
        for _ in range(2):
            reponse = client.post(f"{FILE}ensemble/", numeros, follow=True)
            assert "1 demande acceptée" in texte(reponse)
        assert Courriel.objects.count() == 1

    def test_refuser_demande_un_motif(self, client, decideuse):
        demandes = DemandeFactory.create_batch(2)
        page = texte(self.faire(client, "refuser", demandes, motif=" "))
        assert "Indiquez le motif du refus" in page
        assert "2 demandes refusées" in texte(self.faire(client, "refuser", demandes, motif="Hors sujet."))
        assert set(Demande.objects.values_list("motif", flat=True)) == {"Hors sujet."}

    def test_affecter_a_un_collegue(self, client, decideuse):
        demandes, collegue = DemandeFactory.create_batch(2), gestionnaire()
        assert "2 demandes affectées" in texte(self.faire(client, "affecter", demandes, a=collegue.pk))
        assert Demande.objects.filter(affectee_a=collegue).count() == 2

    def test_qui_ne_couvre_qu_une_partie_n_en_recoit_que_cette_partie(self, client, decideuse):
        a_paris, a_rennes = structure_a("75"), structure_a("35", region="53")
        demandes = [DemandeFactory(pour=[a_paris]), DemandeFactory(pour=[a_rennes])]
        collegue = gestionnaire(departements=[a_paris.departement])
        page = texte(self.faire(client, "affecter", demandes, a=collegue.pk))
        assert "1 demande affectée" in page
        assert f"Aucun portefeuille de {collegue}" in page

    @pytest.mark.parametrize("saisie", [{}, {"geste": "accepter"}, {"geste": "supprimer", "demandes": [1]}])
    def test_sans_rien_cocher_une_phrase_le_dit(self, client, decideuse, saisie):
        assert "Cochez au moins une demande" in texte(client.post(f"{FILE}ensemble/", saisie, follow=True))

    def test_un_droit_perdu_entre_temps_arrete_tout(self, client, decideuse):
        demande = DemandeFactory()
        Habilitation.objects.update(etat="renoncee", close_le=timezone.now())
        saisie = {"geste": "accepter", "demandes": [demande.pk], "jeton": "un"}
        assert client.post(f"{FILE}ensemble/", saisie).status_code == 403
        demande.refresh_from_db()
        assert demande.etat == EtatDemande.EN_ATTENTE

    def test_tout_cocher_sans_javascript(self, client, decideuse):
        DemandeFactory.create_batch(3)
        assert client.get(f"{FILE}?etat=en_attente&cocher=tout").content.decode().count(" checked>") == 3


class TestPresence:
    def test_un_collegue_qui_consulte_se_voit_sur_la_page_et_dans_la_file(self, client, decideuse):
        demande, collegue = DemandeFactory(), gestionnaire()
        client.get(f"{FILE}{demande.pk}/")
        assert "en train de consulter" not in texte(client.get(f"{FILE}{demande.pk}/"))
        client.force_login(collegue)
        phrase = f"{decideuse} est en train de consulter cette demande."
        assert phrase in texte(client.get(f"{FILE}{demande.pk}/"))
        assert phrase in texte(client.get(f"{FILE}{demande.pk}/presence/?tour=1"))
        assert f"{decideuse} consulte cette demande" in texte(client.get(FILE))

    def test_la_presence_passe(self, decideuse, monkeypatch):
        presents.signaler(1, decideuse)
        assert presents.autres([1], UtilisateurFactory()) == {1: [str(decideuse)]}
        maintenant = presents.time.time()
        monkeypatch.setattr("habilitations.presence.time.time", lambda: maintenant + presents.DUREE + 1)
        assert presents.autres([1], UtilisateurFactory()) == {}

    def test_une_page_oubliee_ouverte_cesse_de_donner_signe(self, client, decideuse):
        adresse = f"{FILE}{DemandeFactory().pk}/presence/"
        assert "data-hx-get" in client.get(f"{adresse}?tour=1").content.decode()
        for tour in (presents.TOURS - 1, presents.TOURS, "zzz", 10**30):
            assert "data-hx-get" not in client.get(f"{adresse}?tour={tour}").content.decode()

    def test_la_demande_d_un_autre_portefeuille_n_existe_pas(self, client, decideuse):
        assert client.get(f"{FILE}{ailleurs().pk}/presence/").status_code == 404

    def test_sans_cache_la_page_s_ouvre(self, client, decideuse, monkeypatch):
        def en_panne(*_, **__):
            raise ConnectionError

        demande = DemandeFactory()
        monkeypatch.setattr("habilitations.presence.cache.get_many", en_panne)
        monkeypatch.setattr("habilitations.presence.cache.set", en_panne)
        assert client.get(f"{FILE}{demande.pk}/").status_code == 200
        assert client.get(FILE).status_code == 200


class TestExport:
    def test_le_csv_suit_les_filtres_et_ne_porte_pas_de_formule(self, client, decideuse):
        piege = DemandeFactory(demandeur=UtilisateurFactory(nom="=1+1"))
        DemandeFactory(etat=EtatDemande.ACCEPTEE, demandeur=UtilisateurFactory(nom="Traitée"))
        ailleurs(demandeur=UtilisateurFactory(nom="Ailleurs"))
        lu = b"".join(client.get(f"{FILE}export/csv/?etat=en_attente")).decode("utf-8-sig")
        assert f"{piege.pk};{piege.demandeur.prenom};'=1+1;" in lu
        assert "Traitée" not in lu
        assert "Ailleurs" not in lu

    def test_le_classeur_garde_l_ordre_de_la_liste(self, client, decideuse):
        maintenant = timezone.now()
        demandes = [DemandeFactory(soumise_le=maintenant - timedelta(days=jours)) for jours in (1, 3, 2)]
        octets = b"".join(client.get(f"{FILE}export/xlsx/?etat=toutes&tri=recentes"))
        numeros = [rangee[0].value for rangee in load_workbook(BytesIO(octets)).active.iter_rows(min_row=2)]
        assert numeros == [demandes[0].pk, demandes[2].pk, demandes[1].pk]

    def test_trop_de_demandes_pour_un_classeur(self, client, decideuse, monkeypatch):
        monkeypatch.setattr("habilitations.views.gestion.file.CLASSEUR_MAX", 1)
        DemandeFactory.create_batch(2)
        assert "trop pour un classeur" in texte(client.get(f"{FILE}export/xlsx/?etat=toutes", follow=True))

    def test_un_autre_format_n_existe_pas(self, client, decideuse):
        assert client.get(f"{FILE}export/pdf/").status_code == 404

    def test_le_nombre_de_requetes_ne_depend_que_des_lots(self, client, decideuse, django_assert_num_queries):
        DemandeFactory.create_batch(3)
        b"".join(client.get(f"{FILE}export/csv/?etat=toutes"))
        with CaptureQueriesContext(connection) as trois:
            b"".join(client.get(f"{FILE}export/csv/?etat=toutes"))
        DemandeFactory.create_batch(20)
        with django_assert_num_queries(len(trois)):
            b"".join(client.get(f"{FILE}export/csv/?etat=toutes"))


def test_ce_qui_vient_des_personnes_et_des_registres_est_echappe(client, decideuse):
    """Les rangées s'écrivent sans gabarit : chaque texte y passe par l'échappement."""
    piege = UtilisateurFactory(prenom="<i>Zoé", nom="<b>Colin", courriel="<u>@structure.example")
    lieu = structure_a("75", nom="<s>CAMSP", commune="<q>Paris")
    demande = DemandeFactory(
        demandeur=piege,
        pour=[lieu],
        profil=ProfilFactory(nom="<em>Profil", application=ApplicationFactory(nom="<tt>Application")),
    )
    demande.profil.application.portefeuilles.create(nom="Tout").gestionnaires.add(decideuse)
    Demande.objects.update(affectee_a=UtilisateurFactory(nom="<h6>Martin"))
    presents.signaler(demande.pk, UtilisateurFactory(nom="<small>Durand"))
    page = client.get(FILE).content.decode()
    assert not re.findall(r"<(?:i|b|u|s|q|em|tt|h6|small)>", page)
    assert page.count("&lt;") >= 8


def test_de_1_a_300_demandes_la_file_fait_les_memes_requetes(client, decideuse):
    demande = DemandeFactory(pour=[structure_a("75")], affectee_a=decideuse)
    adresse = f"{FILE}?etat=toutes&par_page=100&q=a"
    client.get(adresse)
    comptes = []
    for ajout in (0, 2, 297):
        DemandeFactory.create_batch(ajout, profil=demande.profil, pour=[demande.structures.get()])
        with CaptureQueriesContext(connection) as requetes:
            client.get(adresse)
        comptes.append(len(requetes))
    assert comptes == [comptes[0]] * 3
