import type { ranking } from '../../lessons/ranking';
import type { WordsOf } from '../../lessonTypes';

export const words: WordsOf<typeof ranking> = {
  title: 'Was eine Rangfolge verrät',
  question: 'Wie viel steckt darin, wenn jemand ein paar Antworten ordnet?',
  size: 'Die Kolleginnen und Kollegen sind Programme mit Gewichten, Vorlieben und hin und wieder einem schlechten Tag. Ihr Rauschen ist so eingestellt, dass sie etwa so oft einig sind wie die Leute des Papiers. Wie einig echte Menschen sind, hängt von der Aufgabe ab und muss gemessen werden.',
  steps: {
    pairs: {
      title: 'Zähl die Vergleiche',
      text: 'Jemand ordnet K Antworten auf einen Prompt. Jedes Paar davon ist ein Vergleich, ein Blick auf K Antworten gibt also viele. Wie viele stecken in einer Rangfolge von vier, wie viele in einer von neun?',
      options: { four: 'K = 4', nine: 'K = 9' },
    },
    tie: {
      title: 'Gleichstände',
      text: 'Zwei von vier Antworten sind gleich gut, und das wird auch so angegeben. Ein Gleichstand hat keinen Sieger, also fällt dieses Paar aus dem Verlust. Wie viele der sechs Vergleiche bleiben?',
      options: { left: 'Vergleiche übrig' },
    },
    desk: {
      title: 'Geh an den Tisch',
      text: 'Der *Bewertungstisch* zeigt einen Prompt, Antworten in zufälliger Folge und daneben die Richtlinien. Wer was schrieb, bleibt verborgen. Öffne ihn: Seine Adresse endet auf `#/label`.',
    },
    guess: {
      title: 'Wie oft werden andere zustimmen?',
      text: 'Du ordnest gleich drei Prompts. Simulierte Kollegen ordnen dann dieselben Antworten. Bei wie vielen Paaren setzen sie dieselbe Antwort nach vorn wie du?',
      options: {
        half: 'etwa der Hälfte, wie eine Münze',
        threeQuarters: 'etwa drei von vier',
        always: 'neun von zehn oder mehr',
      },
      reveal: 'Eine Aufgabe sagt wenig. Über viele sind zwei simulierte Labeler bei etwa drei von vier Paaren einig.',
    },
    three: {
      title: 'Ordne drei',
      text: 'Gib einen Spitznamen ein und fang an. Eine Ziffer gibt der Antwort im Fokus ihren Rang, T stellt sie der darüber gleich, Enter reicht ein. Lies zuerst: Tut sie, was verlangt war? Stimmt sie in dieser Welt?',
    },
    colleagues: {
      title: 'Vergleiche',
      text: 'Unter deiner Arbeit stehen fünf Kollegen und wie sie deine letzte Aufgabe geordnet haben. Klapp auf, wer welche Antwort schrieb, und sieh, was du vorgezogen hast. Wo ihr euch unterscheidet: Wer hat recht?',
    },
    ceiling: {
      title: 'Eine Decke für alles Weitere',
      text: 'Die Labeler des Papiers waren bei 72,6 ± 1,5 % der Paare einig. Ein Belohnungsmodell aus solchen Urteilen kann ihnen nicht öfter zustimmen, als sie es untereinander tun. Rauschen in den Urteilen ist eine Grenze, kein Detail.',
    },
  },
  teacher: {
    goal: 'Eine Rangfolge von K Antworten enthält K(K−1)/2 Vergleiche abzüglich der Gleichstände, und die Einigkeit der Menschen begrenzt, was ein Belohnungsmodell erreichen kann.',
    questions: [
      {
        ask: 'Warum ordnen, statt Noten von 1 bis 7 zu geben?',
        listen: 'Eine 5 heißt bei jedem etwas anderes; eine Reihenfolge braucht keine gemeinsame Skala.',
      },
      {
        ask: 'Sind 36 Paare aus einer Rangfolge von neun so viel wert wie 36 einzelne Urteile?',
        listen: 'Nein. Sie hängen zusammen, darum bleiben alle Paare eines Prompts in einem Stapelelement.',
      },
    ],
    expect: [
      '6 und 36 Vergleiche; 5 bei einem Gleichstand.',
      'Zwei simulierte Labeler sind bei 73 bis 75 % der Paare einig, mit 6 % Gleichständen.',
      'Wer geübt ist, braucht 20 bis 40 Sekunden je Aufgabe.',
    ],
    without:
      'Das mitgelieferte Modell lädt ohne Grafikkarte und nach dem ersten Besuch auch ohne Netz. Auf Papier: Teil das Beispiel von der Begrüßung des Tisches aus und lass es zu zweit ordnen.',
  },
};
