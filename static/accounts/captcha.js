// « Une autre image » : sans ce script, une réponse fausse en donne une autre aussi, et les saisies restent.

for (const bouton of document.querySelectorAll("[data-captcha-autre]")) {
  const champs = bouton.closest(".captcha").parentElement;
  bouton.hidden = false;
  bouton.addEventListener("click", async () => {
    const reponse = await fetch(bouton.dataset.captchaAutre, { headers: { "X-Requested-With": "XMLHttpRequest" } });
    if (!reponse.ok) return;
    const { key, image_url: image } = await reponse.json();
    champs.querySelector("[data-captcha-image]").src = image;
    const cle = champs.querySelector("input[type=hidden]");
    const son = champs.querySelector("[data-captcha-son]");
    son.src = son.getAttribute("src").replace(cle.value, key);
    cle.value = key;
    const saisie = champs.querySelector("input:not([type=hidden])");
    saisie.value = "";
    saisie.focus();
  });
}
