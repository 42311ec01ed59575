/**
 * Words for those who belong to a nation, a people or a creed: "French", "Kurds", "South Korean", "Franco-German", "Sunni".
 * Corpora disagree on whether they are places, something else or nothing at all; the class is closed, so it can be told.
 */

const ofNations = `
Afghan Afghani African Albanian Algerian American Andorran Angolan Antiguan Argentine Argentinean Argentinian Armenian Aruban
Asian Aussie Australian Austrian Azerbaijani Azeri Bahamian Bahraini Bangladeshi Barbadian Belarusan Belarusian Belgian Belizean
Bermudian Bhutanese Bolivian Bosnian Botswanan Brazilian Brit British Briton Bruneian Bulgarian Burkinabe Burkinabé Burmese
Burundian Cambodian Cameroonian Canadian Chadian Chilean Chinese Colombian Comorian Congolese Croat Croatian Cuban Cypriot Czech
Czechoslovak Czechoslovakian Dane Danish Djiboutian Dominican Dutch Ecuadorean Ecuadorian Egyptian Emirati English Eritrean
Estonian Ethiopian Eurasian European Faroese Fijian Filipina Filipino Finn Finnish French Gabonese Gambian Georgian German Ghanaian
Gibraltarian Greek Greenlandic Grenadian Guatemalan Guinean Guyanese Haitian Herzegovinian Honduran Hungarian Icelander Icelandic
Indian Indonesian Iranian Iraqi Irish Israeli Italian Ivorian Jamaican Japanese Jordanian Kazakh Kazakhstani Kenyan Korean Kosovan
Kosovar Kuwaiti Kyrgyz Lao Laotian Latvian Lebanese Liberian Libyan Liechtensteiner Lithuanian Luxembourger Luxembourgish
Macedonian Malagasy Malawian Malaysian Maldivian Malian Maltese Manx Marshallese Mauritanian Mauritian Mexican Micronesian
Moldavian Moldovan Monegasque Mongolian Montenegrin Moroccan Mozambican Namibian Nauruan Nepalese Nepali Nicaraguan Nigerian
Nigerien Nordic Norwegian Omani Pakistani Palauan Palestinian Panamanian Papuan Paraguayan Peruvian Pole Polish Portuguese Qatari
Rhodesian Romanian Russian Rwandan Rwandese Salvadoran Salvadorean Samoan Saudi Scandinavian Scot Scots Scottish Senegalese Serb
Serbian Seychellois Singaporean Slovak Slovakian Slovene Slovenian Somali Somalian Soviet Spaniard Spanish Surinamese Swazi Swede
Swedish Swiss Syrian Taiwanese Tajik Tajikistani Tanzanian Thai Timorese Tobagonian Togolese Tongan Trinidadian Tunisian Turk
Turkish Turkmen Tuvaluan Ugandan Ukrainian Uruguayan Uzbek Vanuatuan Venezuelan Vietnamese Welsh Yemeni Yemenite Yugoslav
Yugoslavian Zairean Zambian Zimbabwean
Dutchman Dutchmen Dutchwoman Englishman Englishmen Englishwoman Frenchman Frenchmen Frenchwoman Irishman Irishmen Irishwoman
Welshman Welshmen Welshwoman`

/** Peoples, and those of regions and towns. */
const ofPeoples = `
Aboriginal Aborigine Andalusian Apulian Arab Arabian Ashkenazi Assyrian Athenian Bantu Basque Bavarian Bedouin Bengali Berber
Berliner Bosniak Breton Calabrian Californian Castilian Catalan Catalonian Chechen Circassian Cornish Corsican Cossack Creole
Flemish Floridian Galician Gazan Gujarati Hawaiian Hispanic Hutu Iberian Igbo Ingush Inuit Javanese Kashmiri Khmer Kurd Kurdish
Latina Latino Londoner Malay Manchu Maori Māori Maya Mayan Melanesian Milanese Mongol Muscovite Navajo Neapolitan Okinawan Parisian
Pashtun Persian Polynesian Prussian Punjabi Quebecer Quebecois Québécois Rohingya Romani Sami Sardinian Saxon Sephardic Siberian
Sicilian Sinhalese Slav Slavic Slavonic Tahitian Tamil Tasmanian Tatar Texan Tibetan Tuareg Turkic Tuscan Tutsi Tyrolean Uighur
Uyghur Venetian Walloon Yoruba Zulu
Achaean Achaemenid Aztec Babylonian Byzantine Canaanite Carib Carthaginian Etruscan Frankish Gallic Hebrew Hellenic Hittite Inca
Incan Israelite Khitan Minoan Moorish Nubian Olmec Ostrogoth Ottoman Parthian Phoenician Roman Saracen Scythian Seljuk Spartan
Sumerian Teutonic Thracian Visigoth Zapotec`

const ofCreeds = `
Anglican Baptist Buddhist Calvinist Catholic Christian Communist Democrat Democratic Druze Evangelical Fascist Hindu Islamic
Islamist Jew Jewish Leninist Lutheran Maoist Marxist Mennonite Methodist Mormon Moslem Muslim Nazi Pentecostal Presbyterian
Protestant Quaker Republican Salafi Salafist Shia Shi'a Shi'ite Shiite Sikh Stalinist Sufi Sunni Taoist Wahhabi Yazidi Zionist
Buddhism Catholicism Christianity Communism Hinduism Islam Islamism Judaism Marxism Nazism Protestantism Sikhism Sufism Zionism`

/** What stands before such a word and makes another of it: "South Korean", "Anglo-Irish", "non-European". */
const prefixes = new Set(
  `afro anglo anti austro central east eastern euro ex franco greco indo inter italo judeo latin luso native neo new non north
northern pan post pre pro russo sino south southern sudeten trans ultra west western`.split(/\s+/),
)

/** Those of two words. */
const ofPairs =
  'Costa-Rican Puerto-Rican Sri-Lankan Sierra-Leonean New-Zealander Cape-Verdean Hong-Konger Middle-Eastern'

const wordsOf = (list: string): string[] => list.trim().toLowerCase().split(/\s+/)

/** With plurals in "s", but of what ends in a sibilant and of Dutchmen. */
const withPlurals = (...lists: string[]): Set<string> =>
  new Set(
    lists.flatMap(wordsOf).flatMap((word) => (/(?:[^s]s|sh|ch|ese|men|ism)$/.test(word) ? [word] : [word, `${word}s`])),
  )

const nations = withPlurals(ofNations, ofPeoples, ofPairs)
const creeds = withPlurals(ofCreeds)

/** A text's words in lower case, the two of a pair as one. */
const joined = (text: string): string[] => {
  const out: string[] = []
  for (const word of text.toLowerCase().split(/[\s\-‐–]+/)) {
    const pair = `${out.at(-1)}-${word}`
    if (nations.has(pair)) out[out.length - 1] = pair
    else out.push(word)
  }
  return out
}

/** Whether the last word of a text is one of a class, and those before it go with it. */
const isOf = (text: string, known: ReadonlySet<string>): boolean => {
  const words = joined(text)
  const last = words.pop() as string
  return known.has(last) && words.every((word) => known.has(word) || nations.has(word) || prefixes.has(word))
}

/** @example isNationality('South Koreans') → true; isNationality('South Korea') → false */
export const isNationality = (text: string): boolean => isOf(text, nations)

/** @example isCreed('Shiites') → true; isCreed('Muslim Brotherhood') → false */
export const isCreed = (text: string): boolean => isOf(text, creeds)
