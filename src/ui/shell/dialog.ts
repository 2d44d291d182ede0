/** Opens a dialog as long as its component is on the page: `<dialog {@attach modal}>`. */
export function modal(dialog: HTMLDialogElement): () => void {
  dialog.showModal();
  return () => dialog.close();
}
