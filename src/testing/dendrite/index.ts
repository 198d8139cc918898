export { Scene, type SceneOptions } from "./scene.js";
