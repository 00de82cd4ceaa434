import errno
from datetime import timedelta

import pytest
from django.urls import reverse
from django.utils import timezone

from depot.enums import AGENT, EtatDocument, NatureDocument
from depot.models import Document
from habilitations.enums import EtatHabilitation
from habilitations.models import Habilitation
from structures.models import Departement, Region
from structures.mots import composer
from tests.accounts.factories import UtilisateurFactory
from tests.depot import fabrique
from tests.depot.factories import CampagneFactory, DocumentFactory, agent, deposant
from tests.habilitations.factories import HabilitationFactory
from tests.structures.factories import CategorieFactory, StructureFactory

PAGES = ["accueil", "documents", "zone", "liste_finess", "corbeille"]


@pytest.fixture
def ici(db):
    return StructureFactory(nom="CAMSP DES TILLEULS")


@pytest.fixture
def ailleurs(db):
    return StructureFactory(nom="CAMSP DES ROSES")


@pytest.fixture
def alice(client, ici):
    """Une déposante, connectée."""
    personne = deposant(ici)
    client.force_login(personne)
    return personne


def envoyer(client, structure, *fichiers, nature="qualitatif", **entetes):
    donnees = {
        "structure": structure.pk,
        "campagne": CampagneFactory().pk,
        "nature": nature,
        "fichiers": [fabrique.envoi(contenu, nom) for nom, contenu in fichiers],
    }
    return client.post(reverse("depot:nouveau"), donnees, **entetes)


def texte(reponse):
    return reponse.content.decode()


def agir(client, geste, document):
    return client.post(reverse(f"depot:{geste}", args=[document.reference]))


# --- Qui entre -------------------------------------------------------------------------------------------------------
@pytest.mark.parametrize("page", [*PAGES, "nouveau", "recepisses"])
def test_sans_habilitation_aucune_page_ne_s_ouvre(client, db, page):
    client.force_login(UtilisateurFactory())

    assert client.get(reverse(f"depot:{page}")).status_code == 403


@pytest.mark.parametrize("page", [*PAGES, "nouveau"])
def test_une_revocation_vaut_au_clic_suivant(client, alice, page):
    assert client.get(reverse(f"depot:{page}")).status_code == 200

    Habilitation.objects.update(etat=EtatHabilitation.REVOQUEE, close_le=timezone.now(), motif="Départ.")

    assert client.get(reverse(f"depot:{page}")).status_code == 403


@pytest.mark.parametrize("page", PAGES)
def test_les_pages_s_ouvrent_sans_campagne_ni_structure(client, db, page):
    client.force_login(HabilitationFactory(profil__code="gestionnaire", structure=None).titulaire)

    assert client.get(reverse(f"depot:{page}")).status_code == 200


def test_un_agent_lit_tout_et_ne_depose_rien(client, ici):
    document = DocumentFactory(structure=ici)
    client.force_login(agent())

    for page in PAGES:
        assert client.get(reverse(f"depot:{page}")).status_code == 200
    assert document.reference in texte(client.get(reverse("depot:documents")))
    assert client.get(reverse("depot:nouveau")).status_code == 403
    assert envoyer(client, ici, ("a.pdf", b"x")).status_code == 403
    assert agir(client, "supprimer", document).status_code == 403
    assert agir(client, "restaurer", document).status_code == 403
    assert Document.objects.gardes().count() == 1


def test_agent_d_une_structure_n_y_depose_pas_pour_autant(client, alice, ailleurs, juge_favorable):
    HabilitationFactory(titulaire=alice, profil__code=AGENT, structure=ailleurs)

    reponse = envoyer(client, ailleurs, ("a.pdf", b"x"))

    assert reponse.status_code == 422
    assert not Document.objects.exists()


# --- Accueil ---------------------------------------------------------------------------------------------------------
def test_l_accueil_dit_les_mots_du_guide(client, alice):
    CampagneFactory()
    page = texte(client.get(reverse("depot:accueil")))

    for attendu in (
        "Bienvenue sur la plateforme de dépôt des rapports d'activité CAMSP et CMPP",
        "Cliquer sur « Nouveau » pour déposer vos documents",
        "Nous vous remercions de déposer sur cette plateforme :",
        "Votre rapport d'activité quantitatif sous format Excel",
        "Votre rapport d'activité qualitatif sous format Word ou PDF.",
        "En cas de difficultés",
    ):
        assert attendu in page


# --- Nouveau ---------------------------------------------------------------------------------------------------------
def test_un_depot_mene_a_son_recepisse(client, alice, ici):
    reponse = envoyer(client, ici, ("bilan.xlsx", fabrique.classeur()), nature="quantitatif")

    document = Document.objects.get()
    assert reponse.status_code == 302
    page = texte(client.get(reponse.url))
    for attendu in (document.reference, document.sha256, "bilan.xlsx", "support@portail.example"):
        assert attendu in page


def test_le_script_recoit_l_adresse_du_recepisse(client, alice, ici, juge_favorable):
    reponse = envoyer(client, ici, ("a.pdf", b"x"), headers={"accept": "application/json"})

    assert reponse.status_code == 201
    assert Document.objects.get().reference in reponse.json()["adresse"]


def test_un_refus_nomme_le_fichier_et_garde_la_saisie(client, alice, ici):
    reponse = envoyer(client, ici, ("texte.docx", fabrique.document_word()), nature="quantitatif")

    assert reponse.status_code == 422
    assert "texte.docx : Vous avez déposé un document Word dans la case Excel." in texte(reponse)
    assert reponse.context["form"]["nature"].value() == "quantitatif"
    assert not Document.objects.exists()


def test_un_refus_n_empeche_pas_les_autres_fichiers(client, alice, ici):
    reponse = envoyer(
        client, ici, ("vide.pdf", b""), ("bon.pdf", fabrique.pdf()), ("autre.docx", fabrique.document_word())
    )

    page = texte(client.get(reponse.url))
    assert sorted(Document.objects.values_list("nom_fichier", "version")) == [("autre.docx", 2), ("bon.pdf", 1)]
    assert "Non déposé – vide.pdf : Le fichier est vide (0 octet)." in page
    assert "Vos 2 documents sont reçus." in page


def test_on_ne_depose_ni_pour_une_autre_structure_ni_hors_campagne(client, alice, ici, ailleurs, juge_favorable):
    passee = CampagneFactory(annee=2024, ouverte_le=timezone.localdate(), echeance_le=timezone.localdate())
    passee.ouverte_le = passee.echeance_le = timezone.localdate() - timedelta(days=1)
    passee.save()

    assert envoyer(client, ailleurs, ("a.pdf", b"x")).status_code == 422
    donnees = {
        "structure": ici.pk,
        "campagne": passee.pk,
        "nature": "qualitatif",
        "fichiers": fabrique.envoi(b"x", "a"),
    }
    assert client.post(reverse("depot:nouveau"), donnees).status_code == 422
    assert not Document.objects.exists()


def test_une_structure_d_une_autre_categorie_n_est_pas_proposee(client, alice, juge_favorable):
    ehpad = StructureFactory(categorie=CategorieFactory(code="500"))
    HabilitationFactory(titulaire=alice, profil__code="gestionnaire", structure=ehpad)

    assert envoyer(client, ehpad, ("a.pdf", b"x")).status_code == 422


def test_un_disque_plein_repond_507_et_le_dit(client, alice, ici, juge_favorable, monkeypatch):
    def plein(*_):
        raise OSError(errno.ENOSPC, "plein")

    monkeypatch.setattr("os.fsync", plein)

    reponse = envoyer(client, ici, ("a.pdf", b"x"))

    assert reponse.status_code == 507
    assert "Rien n&#x27;a été gardé" in texte(reponse)


def test_un_disque_plein_a_l_arrivee_repond_507_sans_rompre_la_requete(client, alice, ici, monkeypatch):
    def plein(*_):
        raise OSError(errno.ENOSPC, "plein")

    monkeypatch.setattr("depot.stockage.os.write", plein)

    reponse = envoyer(client, ici, ("a.pdf", b"x"), ("b.pdf", b"y"))

    assert reponse.status_code == 507
    assert "Rien n&#x27;a été gardé" in texte(reponse)
    assert not Document.objects.exists()


def test_sans_campagne_ouverte_la_page_dit_pourquoi(client, alice):
    assert "Aucune campagne n'est ouverte" in texte(client.get(reverse("depot:nouveau")))


# --- Objets des autres -----------------------------------------------------------------------------------------------
@pytest.mark.parametrize("page", ["documents", "liste_finess", "zone", "corbeille"])
def test_les_listes_ne_montrent_que_mes_structures(client, alice, ici, ailleurs, page):
    jete = {"supprime_le": timezone.now(), "supprime_par": alice} if page == "corbeille" else {}
    DocumentFactory(structure=ici, nom_fichier="le-mien.pdf", **jete)
    DocumentFactory(structure=ailleurs, nom_fichier="le-leur.pdf", **jete)

    contenu = texte(client.get(reverse(f"depot:{page}")))

    assert ici.nom in contenu
    assert ailleurs.nom not in contenu
    assert "le-leur.pdf" not in contenu


@pytest.mark.parametrize("page", ["recepisse", "telecharger"])
def test_le_document_d_une_autre_structure_n_existe_pas(client, alice, ici, ailleurs, page):
    leur, mien = DocumentFactory(structure=ailleurs), DocumentFactory(structure=ici)

    assert client.get(reverse(f"depot:{page}", args=[leur.reference])).status_code == 404
    reponse = client.get(reverse(f"depot:{page}", args=[mien.reference]))
    assert reponse.status_code == 200
    reponse.close()


def test_une_page_de_recepisses_tait_ceux_des_autres(client, alice, ici, ailleurs):
    leur, mien = DocumentFactory(structure=ailleurs), DocumentFactory(structure=ici)
    adresse = reverse("depot:recepisses")

    page = texte(client.get(adresse, {"ref": [leur.reference, mien.reference]}))

    assert mien.reference in page
    assert leur.reference not in page
    assert client.get(adresse, {"ref": leur.reference}).status_code == 404


@pytest.mark.parametrize("geste", ["supprimer", "restaurer"])
def test_on_ne_touche_pas_au_document_d_une_autre_structure(client, alice, ailleurs, geste):
    jete = {"supprime_le": timezone.now(), "supprime_par": alice} if geste == "restaurer" else {}
    leur = DocumentFactory(structure=ailleurs, **jete)

    assert agir(client, geste, leur).status_code == 404

    leur.refresh_from_db()
    assert (leur.supprime_le is None) == (geste == "supprimer")


# --- Téléchargement --------------------------------------------------------------------------------------------------
def test_un_telechargement_est_une_piece_jointe_que_rien_n_execute_ni_ne_garde(client, alice, ici):
    document = DocumentFactory(structure=ici)

    reponse = client.get(reverse("depot:telecharger", args=[document.reference]))

    assert b"".join(reponse.streaming_content) == b"%PDF"
    assert reponse["Content-Type"] == "application/pdf"
    assert reponse["Content-Disposition"] == "attachment; filename*=utf-8''rapport%20%C3%A9t%C3%A9.pdf"
    assert reponse["Content-Security-Policy"] == "default-src 'none'; sandbox"
    assert reponse["X-Content-Type-Options"] == "nosniff"
    assert reponse["Cache-Control"] == "private, no-store"


def test_un_nom_piege_ne_sort_pas_de_son_entete(client, alice, ici):
    document = DocumentFactory(structure=ici, nom_fichier='a"; filename="b.html.pdf')

    reponse = client.get(reverse("depot:telecharger", args=[document.reference]))
    reponse.close()

    assert reponse["Content-Disposition"] == 'attachment; filename="a\\"; filename=\\"b.html.pdf"'


@pytest.mark.parametrize("champs", [{"etat": EtatDocument.EXAMEN_MANUEL}, {"supprime": True}])
def test_on_ne_telecharge_ni_un_document_en_examen_ni_un_document_jete(client, alice, ici, champs):
    if champs.pop("supprime", False):
        champs = {"supprime_le": timezone.now(), "supprime_par": alice}
    document = DocumentFactory(structure=ici, **champs)

    assert client.get(reverse("depot:telecharger", args=[document.reference])).status_code == 404


# --- Documents, corbeille --------------------------------------------------------------------------------------------
def test_documents_se_filtrent_par_annee_nature_et_structure(client, alice, ici):
    autre = StructureFactory(nom="CMPP DU LAC", mots=composer(nom="CMPP DU LAC", ville="", reste=""))
    HabilitationFactory(titulaire=alice, profil__code="gestionnaire", structure=autre)
    DocumentFactory(structure=ici, nom_fichier="a.pdf")
    DocumentFactory(structure=autre, campagne__annee=2025, nom_fichier="b.pdf")
    DocumentFactory(structure=autre, nature=NatureDocument.QUANTITATIF, nom_fichier="c.xlsx", type="xlsx")

    def noms(**filtres):
        page = client.get(reverse("depot:documents"), filtres).context["page"]
        return sorted(document.nom_fichier for document in page)

    assert noms() == ["a.pdf", "b.pdf", "c.xlsx"]
    assert noms(campagne=2025) == ["b.pdf"]
    assert noms(nature="quantitatif") == ["c.xlsx"]
    assert noms(texte="lac") == ["b.pdf", "c.xlsx"]
    assert noms(campagne=1900) == ["a.pdf", "b.pdf", "c.xlsx"]


def test_un_document_va_a_la_corbeille_et_en_revient(client, alice, ici):
    document = DocumentFactory(structure=ici)

    reponse = agir(client, "supprimer", document)
    assert reponse.url == reverse("depot:documents")
    assert document.reference in texte(client.get(reverse("depot:corbeille")))
    agir(client, "restaurer", document)
    assert "il a déjà été restauré" in texte(
        client.post(reverse("depot:restaurer", args=[document.reference]), follow=True)
    )
    assert document.reference in texte(client.get(reverse("depot:documents")))


@pytest.mark.parametrize("geste", ["supprimer", "restaurer"])
def test_lire_une_adresse_ne_change_rien(client, alice, ici, geste):
    document = DocumentFactory(structure=ici)

    assert client.get(reverse(f"depot:{geste}", args=[document.reference])).status_code == 405


def test_le_balisage_d_un_nom_est_montre_non_suivi(client, alice, ici):
    DocumentFactory(structure=ici, nom_fichier="<b>gras</b>.pdf")

    assert "<b>gras</b>" not in texte(client.get(reverse("depot:documents")))


# --- Zone de dépôt et liste ------------------------------------------------------------------------------------------
def test_la_zone_dit_ce_qui_manque(client, alice, ici):
    DocumentFactory(structure=ici, nature=NatureDocument.QUALITATIF)
    DocumentFactory(structure=ici, nature=NatureDocument.QUALITATIF, version=2)

    [(ligne, _)] = client.get(reverse("depot:zone")).context["lignes"]

    quantitatif, qualitatif = ligne.attendus
    assert quantitatif.dernier is None
    assert qualitatif.dernier.version == 2
    assert ligne.etat == "partiel"


def test_un_document_jete_manque_a_nouveau(client, alice, ici):
    DocumentFactory(structure=ici, supprime_le=timezone.now(), supprime_par=alice)

    [(ligne, _)] = client.get(reverse("depot:zone")).context["lignes"]

    assert ligne.etat == "aucun"


def test_la_liste_d_un_agent_se_filtre_par_etat_region_et_mots(client, db):
    region = Region.objects.get_or_create(code="11", defaults={"nom": "Île-de-France"})[0]
    paris = Departement.objects.get_or_create(code="75", defaults={"nom": "Paris", "region": region})[0]
    complete = StructureFactory(nom="A", departement=paris, mots=composer(nom="A", ville="Paris", reste=""))
    partielle = StructureFactory(nom="B", mots=composer(nom="B", ville="", reste=""))
    StructureFactory(nom="C", mots=composer(nom="C", ville="", reste=""))
    for nature in NatureDocument:
        DocumentFactory(structure=complete, nature=nature)
    DocumentFactory(structure=partielle)
    client.force_login(agent())

    def noms(**filtres):
        lignes = client.get(reverse("depot:liste_finess"), filtres).context["lignes"]
        return "".join(ligne.structure.nom for ligne in lignes)

    assert noms() == "ABC"
    assert noms(etat="complet") == "A"
    assert noms(etat="partiel") == "B"
    assert noms(etat="aucun") == "C"
    assert noms(region="11") == "A"
    assert noms(texte="paris") == "A"
    assert noms(texte=partielle.numero_finess) == "B"


@pytest.mark.parametrize("page", ["documents", "zone", "liste_finess", "corbeille"])
def test_le_nombre_de_requetes_ne_depend_pas_du_nombre_de_lignes(
    client, db, page, django_assert_num_queries, django_assert_max_num_queries
):
    personne = agent()
    client.force_login(personne)

    def une_ligne():
        jete = {"supprime_le": timezone.now(), "supprime_par": UtilisateurFactory()} if page == "corbeille" else {}
        DocumentFactory(**jete)

    une_ligne()
    with django_assert_max_num_queries(20) as une:
        client.get(reverse(f"depot:{page}"))
    une_ligne()
    une_ligne()
    with django_assert_num_queries(len(une)):
        client.get(reverse(f"depot:{page}"))


@pytest.mark.parametrize(
    ("etat", "phrase"),
    [(EtatDocument.INFECTE, "contenu dangereux"), (EtatDocument.REFUSE, "refusé après examen : Pages illisibles.")],
)
def test_la_zone_dit_pourquoi_un_document_n_est_pas_retenu_tant_que_rien_ne_le_remplace(client, ici, etat, phrase):
    client.force_login(deposant(ici))
    champs = {"structure": ici, "nature": NatureDocument.QUALITATIF}
    ecarte = DocumentFactory(etat=etat, constat="Pages illisibles.", **champs)

    page = client.get(reverse("depot:zone")).content.decode()
    assert ecarte.nom_fichier in page
    assert phrase in page

    DocumentFactory(version=2, **champs)
    assert phrase not in client.get(reverse("depot:zone")).content.decode()
