/** Lists by what their items have in common. */

/** Adds an item to the list of its key, in place: one made anew for each item would cost the square of its length. */
export const gather = <Key, Item>(lists: Map<Key, Item[]>, key: Key, item: Item): void => {
  const list = lists.get(key)
  if (list) list.push(item)
  else lists.set(key, [item])
}
