import type { share } from '../en/share';
import type { Translation } from '../words.svelte';

const messages: Translation<typeof share> = {
  title: 'Teilen',
  lead: 'Diese Adresse öffnet die Seite mit denselben Einstellungen. Sie enthält keine Daten, keine Bewertungen und keinen Lauf.',
  address: 'Adresse',
  copy: 'Kopieren',
  copied: 'Kopiert',
  copyFailed: 'Kopieren wurde verweigert; den Text markieren und von Hand kopieren.',
  include: 'Was die Adresse verlangt',
  withLanguage: 'diese Sprache ({language})',
  withProjector: 'Ansicht für den Beamer',
  withLesson: 'diese Lektion',
  withEngine: 'dieses Rechenwerk ({engine})',
  controls: 'Regler',
  controlsAll: 'alle',
  controlsChanged: 'nur geänderte',
  controlsNone: 'keine',
  parts: 'Zeigen',
  partTop: 'Kopfleiste',
  partStrip: 'Schritte',
  partDiagnosis: 'Befund',
  partCharts: 'Kurven',
  partMoment: 'Schrittregler',
  partBoard: 'Antworten',
  partFooter: 'Fußleiste',
  embed: 'In eine andere Seite einbetten',
  embedNote: 'Der Rahmen wirkt auf jedem Host, der diese Adresse zeigen darf.',
  seed: {
    one: '1 geänderte Einstellung, Startzahl {seed}',
    other: '{count} geänderte Einstellungen, Startzahl {seed}',
  },
  localAddress: 'Diese Adresse gilt nur auf diesem Rechner. Andere brauchen die Adresse eines Hosts: siehe README.',

  projector: 'Ansicht für den Beamer',
  leaveProjector: 'Beamer-Ansicht verlassen',
  previousChart: 'Vorige Kurve',
  nextChart: 'Nächste Kurve',
  previousPrompt: 'Voriger Prompt',
  nextPrompt: 'Nächster Prompt',
  chartOf: 'Kurve {at} von {count}',
  promptOf: 'Prompt {at} von {count}',

  newVersion: '*Eine neue Fassung dieser Seite ist da.* Beim Wechsel lädt die Seite neu, und der Lauf auf ihr endet.',
  update: 'Jetzt wechseln',
  openFull: 'Ganze Seite öffnen',
};
export default messages;
