import type { WorkshopWords } from '../content';

export const workshop: WorkshopWords = {
  title: 'RLHF in 90 Minuten',
  lead: 'Für 5 bis 30 Leute, die von Sprachmodellen gehört haben. Am Ende haben sie bewertet, ein Modell trainiert, kaputtgemacht und repariert und können das Bild aus dem InstructGPT-Papier lesen.',
  before: [
    'Öffne die Seite einmal auf jedem Gerät, solange Netz da ist: Danach geht sie ohne.',
    'Liefere sie über https aus (`npm start -- --https`), wenn Geräte sie über das Netz des Klassenraums erreichen: Browser halten einfachem http die Grafikkarte vor.',
    'Auf dem Projektor: Projektoransicht (Taste P) und die Voreinstellung *nano*, die jedem Laptop liegt.',
    'Entscheide, ob je zwei ein Gerät teilen. Eine Person redet, eine fährt; bei jedem Block wird getauscht.',
    'Druck diese Seite und die Hinweise zu den Lektionen darin.',
  ],
  blocks: [
    {
      minutes: 5,
      title: 'Etwas bewegt sich',
      text: 'Zeig die Startseite. Lass den aufgezeichneten Lauf spielen und geh durch die drei Felder des Bildes. Noch keine Formeln.',
      lesson: null,
    },
    {
      minutes: 10,
      title: 'Vorhersagen ist nicht Antworten',
      text: 'Alle raten, laden die Modelle, lesen die linke Spalte. Sammle die lustigste Fortsetzung.',
      lesson: 'instructions',
    },
    {
      minutes: 20,
      title: 'Selbst bewerten',
      text: 'Alle ordnen zehn Aufgaben unter einem Spitznamen und exportieren. Leg alle Dateien auf dem Projektor ab: Einigkeit, ihr Intervall, der umstrittenste Prompt. Sprecht über ihn.',
      lesson: 'ranking',
    },
    {
      minutes: 10,
      title: 'Ein Richter aus Urteilen',
      text: 'Trainier das Belohnungsmodell auf dem Projektor, während Gruppen überlegen, was eine Antwort lang, aber schlecht machen kann. Lest die Prüfung gemeinsam.',
      lesson: 'reward',
    },
    {
      minutes: 5,
      title: 'Pause',
      text: 'Lass inzwischen einen PPO-Lauf weitergehen, um zu einer Kurve zurückzukommen.',
      lesson: null,
    },
    {
      minutes: 15,
      title: 'An der Leine',
      text: 'Zeichnen, loslassen, ziehen. Vergleicht die Zeichnungen, bevor das Ergebnis da ist: Wer lag am nächsten, und woran hat die Person gedacht?',
      lesson: 'leash',
    },
    {
      minutes: 15,
      title: 'Mach es kaputt',
      text: 'Die eine Hälfte überlistet die Belohnung, die andere nimmt je eine Karte vom Brett. Zwei Minuten je Gruppe: Anzeichen, Ursache, Reparatur.',
      lesson: 'hacking',
    },
    {
      minutes: 10,
      title: 'Nach wem richten wir aus?',
      text: 'Zurück zum umstrittenen Prompt. Zeig die zwei Klassen auf dem Projektor und lass darüber streiten, wen man anstellen soll.',
      lesson: 'whom',
    },
  ],
  without: [
    {
      title: 'Kein WebGPU',
      text: 'Die Seite trainiert dann von selbst auf dem Prozessor und wählt *nano*. Alle Lektionen sind so gemessen. Langsam ist dann nur *small*.',
    },
    {
      title: 'Kein Netz',
      text: 'Nach dem ersten Besuch geht hier alles ohne, auch Dateien mit Urteilen: Sammle sie über Kabel oder Stick.',
    },
    {
      title: 'Nur Telefone',
      text: 'Telefone bewerten, lesen und spielen gut ab. Lass sie den Bewertungsblock machen und trainier auf dem Projektor.',
    },
    {
      title: 'Keine Geräte',
      text: 'Spiel den aufgezeichneten Lauf auf dem Projektor ab. Ordnet das gedruckte Beispiel des Tisches per Handzeichen, zeichnet die Kurven an die Tafel, und deckt auf.',
    },
  ],
};
