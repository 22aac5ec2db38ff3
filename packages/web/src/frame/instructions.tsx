export { InstructionsDialog as default } from '../rooms/home/instructions-dialog.tsx'
