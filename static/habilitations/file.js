// La file : « tout cocher » sans recharger la page, et le compte de ce qui est coché.
const formulaire = document.querySelector("form:has([data-tout-cocher])");
if (formulaire) {
  const lien = formulaire.querySelector("[data-tout-cocher]");
  const compte = formulaire.querySelector("[data-coches]");
  const cases = [...formulaire.querySelectorAll("input[name=demandes]")];
  const bouton = document.createElement("button");
  bouton.type = "button";
  bouton.className = "btn btn-link btn-sm";
  const dire = () => {
    const nombre = cases.filter((une) => une.checked).length;
    compte.textContent = nombre ? `${nombre} cochée${nombre > 1 ? "s" : ""}` : "";
    bouton.textContent = nombre === cases.length ? "Tout décocher" : "Tout cocher";
  };
  bouton.addEventListener("click", () => {
    const cocher = cases.some((une) => !une.checked);
    for (const une of cases) une.checked = cocher;
    dire();
  });
  formulaire.addEventListener("change", dire);
  lien.replaceWith(bouton);
  dire();
}
