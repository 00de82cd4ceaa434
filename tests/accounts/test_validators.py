import pytest
from django.core.exceptions import ValidationError

from accounts.validators import ClassesDeCaracteres, Longueur, PasCourant, SansIdentite, courants
from structures.models import Structure
from tests.accounts.factories import UtilisateurFactory


@pytest.mark.parametrize("mot_de_passe", ["a" * 12, "a" * 24, "é" * 12, "😀" * 12])
def test_de_douze_a_vingt_quatre_caracteres(mot_de_passe):
    Longueur().validate(mot_de_passe)


@pytest.mark.parametrize("mot_de_passe", ["", "a" * 11, "a" * 25])
def test_une_autre_longueur_est_refusee(mot_de_passe):
    with pytest.raises(ValidationError, match="de 12 à 24 caractères"):
        Longueur().validate(mot_de_passe)


def test_les_bornes_sont_des_reglages(settings):
    settings.MOT_DE_PASSE_LONGUEUR_MIN = 3
    settings.MOT_DE_PASSE_LONGUEUR_MAX = 64
    Longueur().validate("abc")
    Longueur().validate("a" * 64)


@pytest.mark.parametrize("mot_de_passe", ["Abcdef12", "abc-12", "ABC-12", "Abc-", "Été 2026", "éÉ€"])
def test_trois_sortes_de_caracteres_suffisent(mot_de_passe):
    ClassesDeCaracteres().validate(mot_de_passe)


@pytest.mark.parametrize("mot_de_passe", ["abcdef", "abc123", "ABC-", "123 456", "ªº²abcABC"])
def test_deux_sortes_ne_suffisent_pas(mot_de_passe):
    with pytest.raises(ValidationError, match="au moins 3 sortes"):
        ClassesDeCaracteres().validate(mot_de_passe)


@pytest.fixture
def personne():
    return UtilisateurFactory.build(
        prenom="Zoé",
        nom="Lefèvre-Martin",
        identifiant="zlefevremartin",
        courriel="z.lefevre@camsp-exemple.example",
        structure=Structure(nom="CAMSP Janine Lévy"),
    )


@pytest.mark.parametrize(
    ("mot_de_passe", "mot"),
    [
        ("Lefèvre-27-bleu", "lefevre"),
        ("LEFEVRE-27-bleu", "lefevre"),
        ("xx-m4-Martin-27", "martin"),
        ("Camsp-tulipe-27", "camsp"),
        ("J-a-n-i-n-e-2027", "janine"),
        ("la-Cnsa-tulipe-1", "cnsa"),
        ("Exemple-tulipe-1", "exemple"),
    ],
)
def test_ni_nom_ni_adresse_ni_structure_ni_organisme(personne, mot_de_passe, mot):
    with pytest.raises(ValidationError, match=f"« {mot} »"):
        SansIdentite().validate(mot_de_passe, personne)


@pytest.mark.parametrize("mot_de_passe", ["Tulipes-Bleues-27", "Zo-tulipe-Lefe-2", "m4rt1n-Mais-Leet"])
def test_un_mot_de_passe_sans_rapport_avec_la_personne_convient(personne, mot_de_passe):
    SansIdentite().validate(mot_de_passe, personne)


def test_l_organisme_compte_meme_sans_personne(settings):
    settings.ORGANISATION_NOM = "Région Exemple"
    with pytest.raises(ValidationError, match="« region »"):
        SansIdentite().validate("Ma-Region-Tulipe-1")


@pytest.mark.parametrize(
    "mot_de_passe",
    [
        "Motdepasse-2026",
        "Mot-de-passe-27",
        "M0tdepasse2026!",
        "P@ssw0rd-2026!",
        "Password123456!",
        "Azertyuiop-123",
        "Azerty-12345678",
        "Soleil-27112025",
        "Soleil-Soleil-1",
        "Bienvenue-2026!",
        "ChangezMoi-2026",
        "Doudou!!!!!!!!1",
        "Aaaaaaaaaaaaa-1",
        "Abababababab-12",
        "Qsdfghjklm-0101",
        "Administrateur1!",
        "12/11/1980-Juin",
        "19801112-198011",
    ],
)
def test_un_mot_de_passe_courant_meme_habille_est_refuse(mot_de_passe):
    with pytest.raises(ValidationError, match="plus courants"):
        PasCourant().validate(mot_de_passe)


@pytest.mark.parametrize(
    "mot_de_passe",
    [
        "Tulipes-Bleues-27",
        "Soleil-739264-x",
        "Kj3-x9_Qw2!pZ7",
        "v8#Rt!2mQz@9Lp",
        "cheval-agrafe-Pile3",
        "Été-à-Nîmes-84913",
        "Грибы-и-ягоды-7",
        "correct horse B4ttery",
    ],
)
def test_un_mot_de_passe_imprevisible_convient(mot_de_passe):
    PasCourant().validate(mot_de_passe)


def test_la_liste_refuse_tout_mot_courant_habille_comme_on_les_habille():
    """Jumeau : la liste de Django, qui ne compare que l'entier, les accepte presque tous."""
    from django.contrib.auth.password_validation import CommonPasswordValidator

    mots = sorted(mot for mot in courants() if mot.isalpha() and len(mot) > 6)[::50]
    habilles = [f"{mot.capitalize()}-2026!" for mot in mots]
    assert [mot for mot in habilles if not _refuse(PasCourant(), mot)] == []
    assert sum(_refuse(CommonPasswordValidator(), mot) for mot in habilles) == 0


def _refuse(regle, mot_de_passe):
    try:
        regle.validate(mot_de_passe)
    except ValidationError:
        return True
    return False


def test_la_liste_est_grande():
    assert len(courants()) > 25_000
