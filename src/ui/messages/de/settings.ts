import type { settings } from '../en/settings';
import type { Translation } from '../words.svelte';

const messages: Translation<typeof settings> = {
  title: 'Einstellungen',
  lead: 'Wie die Seite auf diesem Gerät aussieht und sich verhält. Nichts davon ändert einen Lauf.',
  appearance: 'Aussehen',
  theme: 'Farben',
  themeSystem: 'Wie das System',
  themeLight: 'Hell',
  themeDark: 'Dunkel',
  textSize: 'Schriftgröße',
  textNormal: 'Normal',
  textLarge: 'Groß',
  textLarger: 'Größer',
  density: 'Dichte',
  densityComfortable: 'Bequem',
  densityCompact: 'Dicht',
  motion: 'Bewegung',
  motionSystem: 'Wie das System',
  motionReduced: 'Wenig',
  motionNote: 'Wenig: nichts bewegt sich von selbst außer den Kurven eines Laufs.',
  language: 'Sprache',
  languageSystem: 'Wie der Browser',
  languageNote: 'Die Modelle sprechen in jeder Sprache der Seite einfaches Englisch.',

  compute: 'Rechnen',
  engine: 'Rechenwerk',
  engineAuto: 'Automatisch',
  engineNote:
    'Automatisch nimmt die Grafikkarte, wo der Browser eine anbietet. Ein anderes Rechenwerk beendet den Lauf auf dem Schirm.',
  usedNow: 'In Gebrauch: {engine}',

  keys: 'Tasten',
  keysSwitch: 'Einzelne Tasten',
  on: 'An',
  off: 'Aus',
  changeKey: 'Taste ändern für: {action}',
  pressKey: 'Taste drücken …',
  removeKey: 'Keine Taste für: {action}',
  noKey: 'keine',
  keyTaken: '„{key}“ bedeutet schon: {action}',
  keyReserved: 'Diese Taste behält ihre übliche Bedeutung. Bitte Buchstabe, Ziffer oder Zeichen wählen.',
  defaultKeys: 'Übliche Tasten',

  storage: 'Speicher',
  storageUsed: 'Diese Seite belegt {size} MB auf diesem Gerät.',
  storageUnknown: 'Dieser Browser sagt nicht, wie viel die Seite belegt.',
  storageNote: 'Entscheidungen, Bewertungen und die Offline-Kopie bleiben hier. Nichts wird gesendet.',
  clearOffline: 'Offline-Kopie löschen',
  clearedOffline: 'Die Offline-Kopie ist weg; sie kommt mit dem nächsten Besuch wieder.',
  resetPage: 'Diese Einstellungen zurücksetzen',
  resetDone: 'Alles auf dieser Seite ist wie beim ersten Besuch.',
  deleteAll: 'Alles hier Gespeicherte löschen',
  deleteSure:
    'Entscheidungen, Bewertungen, Demonstrationen, Läufe und die Offline-Kopie auf diesem Gerät werden gelöscht. Das lässt sich nicht zurücknehmen.',
  deleteYes: 'Alles löschen',
  cancel: 'Abbrechen',

  offline: 'Ohne Netz',
  offlineReady: 'Bereit: die Seite öffnet sich auch ohne Netz.',
  offlineWaiting: 'Noch nicht: die Dateien werden gerade behalten.',
  offlineInterrupted:
    'Noch nicht: im Netz ging eine Datei verloren. Was schon da ist, bleibt; der Rest wird bald wieder geholt.',
  offlineInsecure: 'Hier nicht: diese Adresse ist einfaches http, und Browser behalten nur Seiten von https.',
  offlineNone: 'Hier nicht: dieses Browserfenster behält keine Seiten.',
  install: 'Als App installieren',
};
export default messages;
